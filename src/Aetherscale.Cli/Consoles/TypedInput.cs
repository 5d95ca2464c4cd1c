using Aetherscale.Cli.Transport;

namespace Aetherscale.Cli.Consoles;

/// <summary>What is typed, to the guest that is connected at that time; while none is, it is lost.</summary>
internal sealed class TypedInput(Surroundings around)
{
    /// <summary>Ctrl-], as telnet and virsh have it.</summary>
    public const byte DetachKey = 0x1D;

    private volatile IGuestStream? _guest;

    /// <summary>Where to.</summary>
    public IGuestStream? Guest
    {
        set => _guest = value;
    }

    /// <summary>Returns when the person at the terminal wants to go; with other input, when it has ended.</summary>
    /// <returns>Whether that is the end of watching, too.</returns>
    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        var buffer = new byte[4096];
        while (await around.Input.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            var detach = around.InputIsTerminal ? buffer.AsSpan(0, count).IndexOf(DetachKey) : -1;
            await TypeAsync(buffer.AsMemory(0, detach < 0 ? count : detach), cancel);
            if (detach >= 0)
            {
                return true;
            }
        }

        // A terminal that is gone has nobody before it.
        return around.InputIsTerminal;
    }

    private async Task TypeAsync(ReadOnlyMemory<byte> typed, CancellationToken cancel)
    {
        try
        {
            if (_guest is { } guest && !typed.IsEmpty)
            {
                await guest.WriteAsync(typed, cancel);
            }
        }
        catch (Exception error) when (error is CliException or ObjectDisposedException)
        {
            // The guest's end is seen where its output is read.
        }
    }
}
