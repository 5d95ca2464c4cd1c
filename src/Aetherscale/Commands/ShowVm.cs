using Aetherscale.Contract.Commands;
using Aetherscale.Images;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;

namespace Aetherscale.Commands;

/// <summary><c>show-vm</c>: everything about one VM; also its host, where that has a name among others.</summary>
internal sealed class ShowVm(
    VmStore store,
    VmLocks locks,
    VmObserver observer,
    SystemdManager systemd,
    VmUnits units,
    VmUsers users,
    ImageStore images,
    RuntimeFolder runtime,
    string? host)
{
    public async Task<VmDetails> RunAsync(ShowVmOptions options, CancellationToken cancellationToken)
    {
        var vm = await VmTurn.FindAsync(store, locks, options.VmId, cancellationToken);
        var definition = options.Definition is true ? await Task.Run(() => VmDefinition.Of(vm, images), cancellationToken) : null;
        var observation = (await observer.ObserveAsync([vm], cancellationToken))[0];
        var unit = VmUnit.NameOf(vm.Id);
        var properties = await systemd.GetUnitAsync(unit, cancellationToken);
        var spec = vm.Spec;
        var isUp = properties is { MainPid: > 0 };
        var sandbox = isUp ? SandboxOf(properties!.MainPid) : null;
        return new VmDetails
        {
            VmId = vm.Id.ToString(),
            Name = spec?.Name,
            Host = host,
            Status = StatusWord.Of(observation.State),
            Hint = observation.Hint,
            Address = spec?.Address,
            Image = spec?.Image,
            Cpus = spec?.Cpus,
            Memory = spec?.MemoryMib,
            Autostart = observation.Autostart,
            AutostartPolicy = spec is null ? null : PolicyWord.Of(spec.AutostartPolicy),
            RestartPolicy = spec is null ? null : PolicyWord.Of(spec.RestartPolicy),
            Created = spec?.Created,
            Started = isUp ? properties!.ActiveEnterTimestamp : null,
            Pid = isUp ? properties!.MainPid : null,
            Restarts = isUp ? properties!.NRestarts : null,
            Accelerator = units.Accelerator.ToString().ToLowerInvariant(),
            Network = spec?.Network,
            Mac = spec?.Mac,
            Unit = unit,
            User = spec is null ? null : users.Of(vm.Id, spec)?.Name,
            UnitFile = units.Folder.PathOf(unit),
            Disk = vm.Folder.Disk,
            Base = spec is null ? null : images.DigestPathOf(spec.BaseSha256),
            Firmware = spec?.Firmware,
            Seed = spec?.Seed is true ? vm.Folder.Seed : null,
            Credentials = spec?.Credentials,
            ConsoleLog = vm.Folder.ConsoleLog,
            ConsoleSocket = isUp ? runtime.OfVm(vm.Id).ConsoleSocket : null,
            VncSocket = isUp && spec?.Graphics is not null ? runtime.OfVm(vm.Id).VncSocket : null,
            DropIns = properties?.DropInPaths ?? units.Folder.DropInsOf(unit),
            Sandbox = sandbox,
            SandboxMissing = sandbox is null ? null : [.. ProcessSandbox.Names.Except(sandbox)],
            Definition = definition,
        };
    }

    private static IReadOnlyList<string>? SandboxOf(int pid)
    {
        try
        {
            return ProcessSandbox.Around(pid);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended since.
            return null;
        }
    }
}
