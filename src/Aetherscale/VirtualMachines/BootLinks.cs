using Aetherscale.Systemd;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// The links in default.target.wants, which alone say what starts at boot: made and removed as each VM's policy has it.
/// </summary>
internal sealed class BootLinks(UnitFolder units, VmStore store)
{
    /// <summary>The VM was made, and is not started.</summary>
    public void Made(Vm vm)
    {
        if (vm.Spec?.AutostartPolicy == AutostartPolicy.Always)
        {
            units.Enable(VmUnit.NameOf(vm.Id));
        }
    }

    /// <summary>The VM is started by a user.</summary>
    /// <returns>Whether its link was made now.</returns>
    public bool Started(Vm vm)
    {
        var unit = VmUnit.NameOf(vm.Id);
        if (vm.Spec?.AutostartPolicy == AutostartPolicy.Never || units.IsEnabled(unit))
        {
            return false;
        }

        units.Enable(unit);
        return true;
    }

    /// <summary>The VM is stopped, or removed, by a user.</summary>
    public void Stopped(VmId id)
    {
        if (store.TryFind(id) is not { IsDeleting: false, Spec.AutostartPolicy: AutostartPolicy.Always })
        {
            units.Disable(VmUnit.NameOf(id));
        }
    }

    /// <summary>The guest has powered itself off.</summary>
    /// <returns>Whether the VM is to stay off; false when systemd starts it again.</returns>
    public bool PoweredOff(VmId id)
    {
        if (store.TryFind(id)?.Spec?.RestartPolicy == RestartPolicy.Always)
        {
            return false;
        }

        Stopped(id);
        return true;
    }
}
