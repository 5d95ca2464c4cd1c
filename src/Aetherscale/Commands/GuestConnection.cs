using Aetherscale.Processes;

namespace Aetherscale.Commands;

/// <summary>A TCP connection to a guest, carried by a program inside the network's router namespace.</summary>
internal sealed class GuestConnection(PipedProcess program) : IAsyncDisposable
{
    /// <summary>
    /// Carries bytes both ways until the guest closes. The client's end of file is passed on, so that protocols which
    /// send, close and then read work.
    /// </summary>
    public async Task CarryAsync(Stream client, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fromClient = SendAsync(client, done.Token);
        try
        {
            await program.Output.CopyToAsync(client, done.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Either side hung up: that is how connections end.
        }

        await done.CancelAsync();
        await fromClient;
    }

    public ValueTask DisposeAsync() => program.DisposeAsync();

    private async Task SendAsync(Stream client, CancellationToken cancellationToken)
    {
        try
        {
            await client.CopyToAsync(program.Input, cancellationToken);
            await program.Input.DisposeAsync();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // As above.
        }
    }
}
