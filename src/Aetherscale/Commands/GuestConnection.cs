using Aetherscale.Processes;

namespace Aetherscale.Commands;

/// <summary>A TCP connection to a guest, carried by a program inside the network's router namespace.</summary>
internal sealed class GuestConnection(PipedProcess program, TimeProvider time) : IGuestSession
{
    /// <summary>
    /// Carries bytes both ways until both sides have ended their output, or one has gone altogether. An end of file is
    /// passed on like any byte, so that protocols which send, close and then read work, in either direction.
    /// </summary>
    public async Task CarryAsync(IConnectedClient client, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var toGuest = ToGuestAsync(client, over.Token);
        var toClient = ToClientAsync(client, over.Token);
        var clientGone = client.WaitUntilGoneAsync(time, over.Token);

        // The program ends when both directions have, or when the guest takes no more; its last words are still to come.
        var programEnded = Task.WhenAll(program.WaitAsync(over.Token), toClient);
        await Task.WhenAny(programEnded, clientGone);
        await over.CancelAsync();
        await Task.WhenAll(toGuest, toClient, clientGone);
        await programEnded.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync() => program.DisposeAsync();

    private async Task ToGuestAsync(IConnectedClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.Bytes.CopyToAsync(program.Input, cancellationToken);
            await program.Input.DisposeAsync();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Either side hung up: that is how connections end.
        }
    }

    private async Task ToClientAsync(IConnectedClient client, CancellationToken cancellationToken)
    {
        try
        {
            await program.Output.CopyToAsync(client.Bytes, cancellationToken);
            await client.Bytes.FlushAsync(cancellationToken);
            await client.EndWritingAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // As above.
        }
    }
}
