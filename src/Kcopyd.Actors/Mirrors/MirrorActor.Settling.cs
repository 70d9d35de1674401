using Kcopyd.Actors.Copying;
using Kcopyd.Core.Mirrors;
using Kcopyd.Devices;

namespace Kcopyd.Actors.Mirrors;

/// <content>Completing requests, and the table that makes them safe.</content>
internal sealed partial class MirrorActor
{
    /// <summary>EIO.</summary>
    private const int InputOutputError = 5;

    private readonly List<(MirrorRequest Request, Exception? Failure)> _settled = [];
    private MirrorLegSpec[] _specs;
    private bool _isSaving;
    private bool _isSavedAgain;

    private void Settle(MirrorRequest request, RequestVerdict verdict)
    {
        var failure = FailureOf(request, verdict);
        if (_isSaving && failure is null)
        {
            // A crash now would find the old table, whose first leg may lack what this request wrote.
            _settled.Add((request, failure));
            return;
        }

        request.End.Settle(failure, _dispatcher);
    }

    private DeviceException? FailureOf(MirrorRequest request, RequestVerdict verdict)
    {
        if (verdict == RequestVerdict.Done)
        {
            return null;
        }

        var kind = verdict == RequestVerdict.NotSupported ? DeviceErrorKind.NotSupported : DeviceErrorKind.Io;
        var reason = request.Failure?.Message
            ?? (_machine.LogHasFailed ? "the log of the mirror failed" : "legs of the mirror failed");
        return new DeviceException(_setup.Name, request.Operation, kind, reason, request.Failure)
        {
            Offset = request.Kind == RegionRequestKind.Flush ? null : request.Offset,
            Errno = request.Failure?.Errno ?? InputOutputError,
        };
    }

    /// <summary>The table is another one: the default leg first, since the first leg is believed after a
    /// crash.</summary>
    private void KeepTable()
    {
        var first = _machine.Legs.Default;
        var table = _setup.Table;
        MirrorLegSpec[] legs = [_specs[first], .. _specs.Where((_, index) => index != first)];
        _setup.Link.Table = new MirrorTable(table.Start, table.Length, table.Log, [.. legs], table.Features);
        if (_options.SaveTable is null)
        {
            return;
        }

        (_isSaving, _isSavedAgain) = (true, _isSaving);
        if (!_isSavedAgain)
        {
            SaveTable();
        }
    }

    private void SaveTable() => WorkPipe.Pipe(SaveTableAsync(_options.SaveTable!, _setup.Link.Table), Self);

    private static async Task<MirrorWork.TableSaved> SaveTableAsync(Func<MirrorTable, Task> save, MirrorTable table)
    {
        try
        {
            await save(table).ConfigureAwait(false);
            return new MirrorWork.TableSaved(null);
        }
#pragma warning disable CA1031 // The callback is not ours: whatever it throws, the table was not saved.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new MirrorWork.TableSaved(e);
        }
    }

    private void OnTableSaved(MirrorWork.TableSaved message)
    {
        if (message.Failure is { } failure)
        {
            MirrorLog.TableNotSaved(_logger, _setup.Name, failure.Message);
            _timers.Start<MirrorWork.SaveDue>(_options.RetryDelay);
            return;
        }

        if (_isSavedAgain)
        {
            _isSavedAgain = false;
            SaveTable();
            return;
        }

        _isSaving = false;
        _settled.ForEach(settled => settled.Request.End.Settle(settled.Failure, _dispatcher));
        _settled.Clear();
        FinishReplacements();
        FinishClosing();
    }
}
