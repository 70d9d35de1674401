using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class ServerNegotiationTests
{
    private static readonly ServedExports Exports = TwoExports();

    private static readonly (NbdOption Option, byte[] Payload)[] Known =
    [
        (NbdOption.ExportName, [.. "disk"u8]),
        (NbdOption.List, []),
        (NbdOption.StartTls, []),
        (NbdOption.Info, Request("disk")),
        (NbdOption.Go, Request("disk")),
        (NbdOption.Go, Request("nothing")),
        (NbdOption.StructuredReply, []),
        (NbdOption.ListMetaContext, Contexts("disk")),
        (NbdOption.SetMetaContext, Contexts("disk")),
        (NbdOption.SetMetaContext, Contexts("other")),
        (NbdOption.SetMetaContext, new NbdContextRequest("disk", []).ToBytes()),
        ((NbdOption)77, []),
    ];

    [Fact]
    public void Context_counts_for_the_export_that_it_was_set_for()
    {
        var same = New();
        same.Take(NbdOption.StructuredReply, []);
        same.Take(NbdOption.SetMetaContext, Contexts("disk"));
        same.Take(NbdOption.Go, Request("disk"));
        var other = New();
        other.Take(NbdOption.StructuredReply, []);
        other.Take(NbdOption.SetMetaContext, Contexts("other"));
        other.Take(NbdOption.Go, Request("disk"));

        Assert.Equal((true, false), (same.HasContext, other.HasContext));
    }

    [Fact]
    public void Tls_makes_forget_what_was_agreed()
    {
        var negotiation = New();
        negotiation.Take(NbdOption.StructuredReply, []);
        negotiation.Take(NbdOption.SetMetaContext, Contexts("disk"));

        Assert.Equal(NegotiationStep.StartTls, negotiation.Take(NbdOption.StartTls, []).Next);
        negotiation.Encrypted();
        negotiation.Take(NbdOption.Go, Request("disk"));

        Assert.Equal((false, false), (negotiation.IsStructured, negotiation.HasContext));
    }

    [Fact]
    public void Rules_hold_after_any_options()
    {
        var option = from which in Gen.Choose(0, Known.Length - 1)
                     from cut in Gen.Choose(0, 40)
                     select (Known[which].Option, Payload: Cut(Known[which].Payload, cut));
        var setting = from canTls in Gen.Elements(true, false)
                      from mustTls in Gen.Elements(true, false)
                      from options in Gen.ListOf(option, 12)
                      select (canTls, mustTls: canTls && mustTls, options);
        Prop.ForAll(setting.ToArbitrary(), run =>
        {
            var negotiation = new ServerNegotiation(Exports, NbdClientFlags.NoZeroes, run.canTls, run.mustTls);
            var isEncrypted = false;
            foreach (var (asked, payload) in run.options)
            {
                if (TryTake(negotiation, asked, payload) is not { } answer || negotiation.Chosen is not null)
                {
                    break;
                }

                Assert.True(answer.Next is NegotiationStep.GoOn or NegotiationStep.StartTls);
                Assert.Equal(asked, NbdOptionReplyHeader.Read(answer.Bytes.Span).Option);
                Assert.True(answer.Next == NegotiationStep.GoOn || (run.canTls && !isEncrypted));
                if (answer.Next == NegotiationStep.StartTls)
                {
                    negotiation.Encrypted();
                    isEncrypted = true;
                    Assert.False(negotiation.IsStructured);
                }
            }

            Assert.True(negotiation.Chosen is null || isEncrypted || !run.mustTls);
            Assert.True(negotiation.IsStructured || !negotiation.HasContext);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Name_of_the_only_export_may_be_left_out()
    {
        var one = new ServedExports();
        one.TryAdd(Export("disk"));
        var only = new ServerNegotiation(one, NbdClientFlags.NoZeroes, canTls: false, mustTls: false);
        var among = New();

        Assert.Equal(NegotiationStep.Serve, only.Take(NbdOption.Go, Request("")).Next);
        Assert.Equal(NbdOptionReplyKind.ErrUnknown, KindOf(among.Take(NbdOption.Go, Request(""))));
    }

    [Theory]
    [InlineData(false, 10 + 124)]
    [InlineData(true, 10)]
    public void Old_way_pads_its_answer_for_clients_that_want_it(bool noZeroes, int count)
    {
        var flags = NbdClientFlags.FixedNewstyle | (noZeroes ? NbdClientFlags.NoZeroes : 0);
        var negotiation = new ServerNegotiation(Exports, flags, canTls: false, mustTls: false);

        Assert.Equal(count, negotiation.Take(NbdOption.ExportName, "disk"u8).Bytes.Length);
    }

    private static NegotiationAnswer? TryTake(ServerNegotiation negotiation, NbdOption option, byte[] payload)
    {
        try
        {
            return negotiation.Take(option, payload);
        }
        catch (NbdProtocolException) when (option == NbdOption.ExportName)
        {
            return null;
        }
    }

    /// <summary>Whole, mostly; else without its end, or with more behind it.</summary>
    private static byte[] Cut(byte[] payload, int cut) => cut switch
    {
        > 4 => payload,
        0 => [.. payload, 0],
        _ => payload[..Math.Max(0, payload.Length - cut)],
    };

    private static NbdOptionReplyKind KindOf(NegotiationAnswer answer) =>
        NbdOptionReplyHeader.Read(answer.Bytes.Span).Kind;

    private static ServerNegotiation New() => new(Exports, NbdClientFlags.NoZeroes, canTls: true, mustTls: false);

    private static ServedExports TwoExports()
    {
        var exports = new ServedExports();
        exports.TryAdd(Export("disk"));
        exports.TryAdd(Export("other"));
        return exports;
    }

    private static ServedExport Export(string name) =>
        new(new NbdExport(name, new MemoryBlockDevice(1.MiB)), NbdLimits.MaxPayload);

    private static byte[] Request(string name) => new NbdExportRequest(name, [NbdTopic.BlockSize]).ToBytes();

    private static byte[] Contexts(string name) =>
        new NbdContextRequest(name, [NbdContextRequest.BaseAllocation]).ToBytes();
}
