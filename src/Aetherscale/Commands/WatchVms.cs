using System.Runtime.CompilerServices;
using Aetherscale.Contract;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.History;

namespace Aetherscale.Commands;

/// <summary><c>watch</c>: what happens to VMs, as it happens.</summary>
internal sealed class WatchVms(VmStore store, VmHistory history)
{
    /// <summary>Listens from now on.</summary>
    /// <param name="text">A VM's id or name; null for all.</param>
    /// <exception cref="AetherscaleException">There is no such VM.</exception>
    public Listener<VmEvent> Listen(string? text) => history.Feed.Listen(text is null ? null : store.FindId(VmReference.Parse(text)));

    /// <summary>The events as frames, until one is the end; a last one when the reader was too slow.</summary>
    public static async IAsyncEnumerable<StreamFrame> FramesAsync<T>(
        Listener<T> listener, Func<T, StreamFrame> frameOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in listener.Events.ReadAllAsync(cancellationToken))
        {
            var frame = frameOf(happened);
            yield return frame;
            if (frame.Type == StreamFrames.End)
            {
                yield break;
            }
        }

        yield return StreamFrame.End(StreamEnd.TooSlow, $"more than {Listener.Kept} events waited for this reader; what followed was not sent");
    }
}
