namespace Aetherscale.Cli.Transport;

/// <summary>Standard input to the guest, the guest to standard output, each until its own end.</summary>
internal sealed class StreamJoint(Surroundings around, IGuestStream guest)
{
    private const int BufferBytes = 64 * 1024;
    private static readonly TimeSpan s_deafCheck = TimeSpan.FromMilliseconds(200);

    /// <summary>Returns when both directions have ended.</summary>
    /// <exception cref="CliException">The connection broke.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var toGuest = InputToGuestAsync(over.Token);
            await GuestToOutputAsync(over.Token);
            await EndOfInputAsync(toGuest, cancel);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task InputToGuestAsync(CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        while (await around.Input.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            await guest.WriteAsync(buffer.AsMemory(0, count), cancel);
        }

        await guest.EndWritingAsync(cancel);
    }

    private async Task GuestToOutputAsync(CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        while (await guest.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            try
            {
                await around.Output.WriteAsync(buffer.AsMemory(0, count), cancel);
            }
            catch (IOException)
            {
                return; // nobody reads our output any more; the guest learns it when we close
            }
        }

        // Whoever reads our output must see its end now, not when the other direction has ended too.
        await around.Output.DisposeAsync();
    }

    /// <summary>The guest has ended its output; our input may go on for as long as somebody listens to it.</summary>
    private async Task EndOfInputAsync(Task toGuest, CancellationToken cancel)
    {
        if (around.InputIsTerminal)
        {
            return; // a person is done when the guest is, and need not press Ctrl-D
        }

        while (!toGuest.IsCompleted && !guest.IsDeaf())
        {
            await Task.WhenAny(toGuest, Task.Delay(s_deafCheck, around.Time, cancel));
            cancel.ThrowIfCancellationRequested();
        }

        if (toGuest.IsCompleted)
        {
            await toGuest;
        }
    }
}
