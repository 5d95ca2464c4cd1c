using Aetherscale.VirtualMachines.Consoles;

namespace Aetherscale.Commands;

/// <summary>One client at a guest's console.</summary>
internal sealed class ConsoleSession(ConsoleViewer viewer, TimeProvider time) : IGuestSession
{
    private const int BufferBytes = 4096;

    /// <summary>Carries bytes both ways until QEMU ends, or the client has gone or is too slow.</summary>
    public async Task CarryAsync(IConnectedClient client, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, viewer.Dropped);
        var toGuest = ToGuestAsync(client, over.Token);
        var toClient = ToClientAsync(client, over.Token);
        var gone = client.WaitUntilGoneAsync(time, over.Token);
        await Task.WhenAny(toClient, gone);
        await over.CancelAsync();
        await Task.WhenAll(toGuest, toClient, gone);
    }

    public ValueTask DisposeAsync()
    {
        viewer.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The end of what the client types is not the end of its watching.</summary>
    private async Task ToGuestAsync(IConnectedClient client, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await client.Bytes.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await viewer.TypeAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Either side hung up.
        }
    }

    private async Task ToClientAsync(IConnectedClient client, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var printed in viewer.ReadAsync(cancellationToken))
            {
                await client.Bytes.WriteAsync(printed, cancellationToken);
                await client.Bytes.FlushAsync(cancellationToken);
            }

            await client.EndWritingAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // As above.
        }
    }
}
