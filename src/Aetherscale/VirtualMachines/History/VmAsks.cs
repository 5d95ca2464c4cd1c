using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines.History;

/// <summary>
/// What was asked of one VM, until it is seen to happen. A command says so before it acts, so that the change that systemd
/// tells of is never older than the ask that it belongs to; what nothing came of is withdrawn.
/// </summary>
internal sealed class VmAsks
{
    private readonly Lock _gate = new();
    private readonly List<VmAsk> _pending = [];

    public void Add(VmAsk ask)
    {
        lock (_gate)
        {
            if (!_pending.Contains(ask))
            {
                _pending.Add(ask);
            }
        }
    }

    public void Withdraw(VmAsk ask)
    {
        lock (_gate)
        {
            _pending.Remove(ask);
        }
    }

    /// <summary>
    /// What was asked when the unit changed. An end answers all that asked for one, a beginning all that asked for that. A failure may not be
    /// the end yet: who asked for one has it forgotten, and that is.
    /// </summary>
    public IReadOnlyList<VmAsk> At(UnitActiveState state)
    {
        lock (_gate)
        {
            VmAsk[] asked = [.. _pending];
            if (state == UnitActiveState.Inactive)
            {
                _pending.RemoveAll(ask => ask.IsDown);
            }
            else if (state == UnitActiveState.Active)
            {
                _pending.RemoveAll(ask => ask.Kind == AskKind.Start);
            }

            return asked;
        }
    }

    /// <summary>Who asked for what QEMU has just told of.</summary>
    public VmAsk? Take(TransitionKind kind)
    {
        lock (_gate)
        {
            var ask = kind switch
            {
                TransitionKind.Paused => Last(AskKind.Pause),
                TransitionKind.Rebooted => Last(AskKind.Reboot),

                // A stop wakes a paused guest first, and is not answered by that.
                TransitionKind.Resumed => Last(AskKind.Resume) ?? Last(AskKind.Start) ?? Last(AskKind.Stop),
                _ => null,
            };
            if (ask is { IsDown: false })
            {
                _pending.Remove(ask);
            }

            return ask;
        }
    }

    private VmAsk? Last(AskKind kind) => _pending.FindLast(ask => ask.Kind == kind);
}
