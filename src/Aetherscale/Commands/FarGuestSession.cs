namespace Aetherscale.Commands;

/// <summary>The same at a guest of another host, which does what is to be done there: here bytes are only passed on.</summary>
/// <param name="far">The stream to that host.</param>
/// <param name="time">For the looks whether both are there.</param>
internal sealed class FarGuestSession(IConnectedClient far, TimeProvider time) : IGuestSession
{
    public async Task CarryAsync(IConnectedClient client, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var toGuest = PassOnAsync(client, far, over.Token);
        var toClient = PassOnAsync(far, client, over.Token);
        var clientGone = client.WaitUntilGoneAsync(time, over.Token);
        var farGone = far.WaitUntilGoneAsync(time, over.Token);

        // What came before the other host went is still to be passed on.
        await Task.WhenAny(Task.WhenAll(toGuest, toClient), Task.WhenAll(toClient, farGone), clientGone);
        await over.CancelAsync();
        await Task.WhenAll(toGuest, toClient, clientGone, farGone);
    }

    public ValueTask DisposeAsync() => far.DisposeAsync();

    private static async Task PassOnAsync(IConnectedClient from, IConnectedClient to, CancellationToken cancellationToken)
    {
        try
        {
            await from.Bytes.CopyToAsync(to.Bytes, cancellationToken);
            await to.Bytes.FlushAsync(cancellationToken);
            await to.EndWritingAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Either side hung up: that is how connections end.
        }
    }
}
