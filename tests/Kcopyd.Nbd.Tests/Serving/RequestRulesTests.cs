using FsCheck;
using FsCheck.Fluent;
using Kcopyd.Actors.TestKit.Devices;
using Kcopyd.Core;
using Kcopyd.Devices;
using Kcopyd.Nbd.Protocol;
using Kcopyd.Nbd.Serving;

namespace Kcopyd.Nbd.Tests.Serving;

public sealed class RequestRulesTests
{
    private const int Length = 1 << 20;
    private const uint Block = 4096;

    private static readonly ServedExport Export = Serve(isReadOnly: false);

    [Fact]
    public void Range_is_taken_where_arithmetic_without_limits_takes_it()
    {
        var near = Gen.Elements<ulong>(
            0, 1, 511, 512, 4095, 4096, Length - 4096, Length - 1, Length, Length + 1, long.MaxValue,
            ulong.MaxValue - 4095, ulong.MaxValue);
        var lengths = Gen.Elements<uint>(0, 1, 512, 4095, 4096, 8192, Length, uint.MaxValue - 4095, uint.MaxValue);
        var commands = Gen.Elements(
            NbdCommand.Read, NbdCommand.Write, NbdCommand.WriteZeroes, NbdCommand.Trim, NbdCommand.BlockStatus);
        var request = from command in commands
                      from offset in near
                      from length in lengths
                      select new NbdRequestHeader(NbdCommandFlags.None, command, 0, offset, length);
        Prop.ForAll(request.ToArbitrary(), asked =>
        {
            var end = (UInt128)asked.Offset + asked.Length;
            var isWhole = asked.Offset % Block == 0 && end % Block == 0;
            var beyond = asked.Command is NbdCommand.Read or NbdCommand.BlockStatus
                ? NbdError.Invalid
                : NbdError.NoSpace;
            var expected = (end > Length, asked.Length, isWhole || asked.Command == NbdCommand.BlockStatus) switch
            {
                (true, _, _) => beyond,
                (_, 0, _) or (_, _, false) => NbdError.Invalid,
                _ => NbdError.None,
            };
            Assert.Equal(expected, RequestRules.Check(asked, Export, hasContext: true));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Theory]
    [InlineData("Write")]
    [InlineData("WriteZeroes")]
    [InlineData("Trim")]
    public void Nothing_changes_what_is_read_only(string command)
    {
        var request = new NbdRequestHeader(
            NbdCommandFlags.None, Enum.Parse<NbdCommand>(command), 0, ulong.MaxValue, 4096);

        Assert.Equal(NbdError.NotPermitted, RequestRules.Check(request, Serve(isReadOnly: true), hasContext: true));
    }

    [Theory]
    [InlineData("Read", "DontFragment")]
    [InlineData("Write", "None")]
    [InlineData("WriteZeroes", "NoHole")]
    [InlineData("Trim", "None")]
    [InlineData("BlockStatus", "RequestOne")]
    public void Flags_are_those_of_the_command_and_the_one_for_all(string command, string flag)
    {
        var known = Enum.Parse<NbdCommandFlags>(flag);
        for (var bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var flags = (NbdCommandFlags)bits;
            var isKnown = (flags & ~(known | NbdCommandFlags.Fua)) == 0;
            var request = new NbdRequestHeader(flags, Enum.Parse<NbdCommand>(command), 0, 0, Block);

            var error = RequestRules.Check(request, Export, hasContext: true);

            Assert.True(error == (isKnown ? NbdError.None : NbdError.Invalid), $"{command} with {bits:x4}: {error}");
        }
    }

    [Fact]
    public void Flush_has_no_range_and_extents_need_their_context()
    {
        Assert.Equal(NbdError.None, Check(NbdCommand.Flush, 0, 0));
        Assert.Equal(NbdError.Invalid, Check(NbdCommand.Flush, 4096, 0));
        Assert.Equal(NbdError.Invalid, Check(NbdCommand.Flush, 0, 4096));
        Assert.Equal(NbdError.Invalid, Check((NbdCommand)99, 0, 4096));
        var extents = new NbdRequestHeader(NbdCommandFlags.None, NbdCommand.BlockStatus, 0, 0, Block);
        Assert.Equal(NbdError.Invalid, RequestRules.Check(extents, Export, hasContext: false));
    }

    [Theory]
    [InlineData(DeviceErrorKind.NoSpace, "NoSpace")]
    [InlineData(DeviceErrorKind.ReadOnly, "NotPermitted")]
    [InlineData(DeviceErrorKind.InvalidRequest, "Invalid")]
    [InlineData(DeviceErrorKind.NotSupported, "NotSupported")]
    [InlineData(DeviceErrorKind.Closed, "Shutdown")]
    [InlineData(DeviceErrorKind.UnflushedWritesLost, "Io")]
    [InlineData(DeviceErrorKind.Vanished, "Io")]
    public void Failure_of_a_device_has_a_number(DeviceErrorKind kind, string error) => Assert.Equal(
        error, $"{RequestRules.Of(new DeviceException("disk", DeviceOperation.Write, kind, "words"))}");

    private static NbdError Check(NbdCommand command, ulong offset, uint length) =>
        RequestRules.Check(new NbdRequestHeader(NbdCommandFlags.None, command, 0, offset, length), Export, true);

    private static ServedExport Serve(bool isReadOnly)
    {
        var device = new LimitedBlockDevice(new MemoryBlockDevice(new ByteCount(Length)))
        {
            LogicalBlockSize = (int)Block,
        };
        return new ServedExport(new NbdExport("disk", device) { IsReadOnly = isReadOnly }, NbdLimits.MaxPayload);
    }
}
