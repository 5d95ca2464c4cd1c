using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>watch</c> and <c>follow-logs</c>: server-sent events for requesters on a broker, carried by messages.</summary>
internal sealed class FollowByQueue(
    WatchVms watch, LogsVm logs, FollowLogs follow, FrameWriter frames, BackgroundWork background, TimeProvider time)
{
    /// <summary>Answers when it listens: nothing that happens after the answer is missed.</summary>
    public async Task<ConnectVmResponse> WatchAsync(WatchOptions options, Requester requester, CancellationToken stopping)
    {
        var source = options.VmId is null && requester.ListenToAll is { } listen
            ? await SourceOfAllAsync(listen, stopping)
            : SourceOf(watch.Listen(options.VmId), StreamFrame.Of, null);
        try
        {
            return await BeginAsync(source, CommandNames.Watch, options.Queue, requester, stopping);
        }
        catch (Exception)
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nothing is lost of a log when its reader is slow: it is read when there is room.</summary>
    public async Task<ConnectVmResponse> FollowLogsAsync(FollowLogsOptions options, Requester requester, CancellationToken stopping)
    {
        var query = await logs.ReadAsync(options.Logs, stopping);
        var source = new Source(over => follow.FramesAsync(query, over), CancellationToken.None);
        return await BeginAsync(source, CommandNames.FollowLogs, options.Queue, requester, stopping);
    }

    private async Task<ConnectVmResponse> BeginAsync(
        Source source, string command, string clientQueue, Requester requester, CancellationToken stopping)
    {
        var open = requester.StreamTo(command, clientQueue);
        var (queue, client) = await open(stopping);
        background.Adopt(CarryAsync(source, client), command);
        return new ConnectVmResponse { Queue = queue };
    }

    private static Source SourceOf<T>(Listener<T> listener, Func<T, StreamFrame> frameOf, IAsyncDisposable? behind) =>
        new(over => WatchVms.FramesAsync(listener, frameOf, over), listener.Overrun, listener, behind);

    private static async Task<Source> SourceOfAllAsync(Func<Action<StreamFrame>, CancellationToken, Task<IAsyncDisposable>> listen, CancellationToken stopping)
    {
        var listener = new Listener<StreamFrame>(_ => { });
        try
        {
            return SourceOf(listener, frame => frame, await listen(listener.Offer, stopping));
        }
        catch (Exception)
        {
            listener.Dispose();
            throw;
        }
    }

    private async Task CarryAsync(Source source, IConnectedClient client)
    {
        await using (source)
        await using (client)
        {
            using var gone = new CancellationTokenSource();
            using var over = new CancellationTokenSource();
            var watching = WatchClientAsync(client, gone, over.Token);
            try
            {
                await frames.WriteAsync(client.Bytes, source.Frames, source.Overrun, gone.Token);
                await client.EndWritingAsync(gone.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                // It has gone, or is cut off: an end that was not announced.
            }
            finally
            {
                await over.CancelAsync();
                await watching;
            }
        }
    }

    private async Task WatchClientAsync(IConnectedClient client, CancellationTokenSource gone, CancellationToken over)
    {
        await client.WaitUntilGoneAsync(time, over);
        if (!over.IsCancellationRequested)
        {
            await gone.CancelAsync();
        }
    }

    /// <param name="Frames">Until the token is cancelled.</param>
    /// <param name="Overrun">Cancelled when the reader is too slow.</param>
    /// <param name="Listener">Disposed at the end.</param>
    /// <param name="Behind">Disposed before: what the listener is offered comes from there.</param>
    private sealed record Source(
        Func<CancellationToken, IAsyncEnumerable<StreamFrame>> Frames, CancellationToken Overrun, IDisposable? Listener = null, IAsyncDisposable? Behind = null)
        : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await (Behind?.DisposeAsync() ?? ValueTask.CompletedTask);
            Listener?.Dispose();
        }
    }
}
