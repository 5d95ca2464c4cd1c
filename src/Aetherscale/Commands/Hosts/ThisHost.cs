using System.Reflection;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using Aetherscale.Files;
using Aetherscale.VirtualMachines;
using HostOptions = Aetherscale.Contract.Commands.HostOptions;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands.Hosts;

/// <summary><c>show-host</c>, <c>cordon-host</c>, <c>uncordon-host</c>, <c>list-hosts</c> and <c>forget-host</c>, as a host answers them for itself.</summary>
/// <param name="labels">Its name and labels.</param>
/// <param name="room">What VMs may have here, and have.</param>
/// <param name="cordon">Whether it takes new ones.</param>
/// <param name="vmsFolder">Where their disks are.</param>
/// <param name="accelerator">What they are started with.</param>
/// <param name="expired">Commands that came too late.</param>
/// <param name="time">The clock.</param>
internal sealed class ThisHost(
    HostLabels labels, HostRoom room, HostCordon cordon, string vmsFolder, string accelerator, ExpiredCommands expired, TimeProvider time)
{
    private const ulong Mebibyte = 1024 * 1024;

    private static readonly string? s_version =
        typeof(ThisHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    private readonly DateTimeOffset _started = time.GetUtcNow();

    public HostDetails Show(HostOptions options)
    {
        RequireThis(options);
        var use = room.Use;
        return new HostDetails
        {
            Host = labels.Host,
            Status = cordon.IsSet ? HostStatus.Cordoned : HostStatus.Alive,
            Version = s_version,
            Labels = labels.All,
            Cpus = room.Capacity.Cpus,
            CpusUsed = (int)use.Cpus,
            Memory = room.Capacity.MemoryMib,
            MemoryUsed = use.MemoryMib,
            Disk = room.Capacity.DiskMib,
            DiskUsed = use.DiskMib,
            DiskFree = (long)(FileSystemRoom.Of(vmsFolder).FreeBytes / Mebibyte),
            Vms = use.Vms,
            Accelerator = accelerator,
            Started = _started,
            Expired = expired.Total,
            LastSeen = time.GetUtcNow(),
        };
    }

    /// <summary>Where there is no fleet, this host is all there is.</summary>
    public IReadOnlyList<HostSummary> All()
    {
        var all = Show(new HostOptions());
        return
        [
            new HostSummary
            {
                Host = all.Host,
                Status = all.Status,
                Version = all.Version,
                Labels = all.Labels,
                Cpus = all.Cpus,
                CpusUsed = all.CpusUsed,
                Memory = all.Memory,
                MemoryUsed = all.MemoryUsed,
                Disk = all.Disk,
                DiskUsed = all.DiskUsed,
                Vms = all.Vms,
                LastSeen = all.LastSeen,
            },
        ];
    }

    public HostDetails Cordon(HostOptions options)
    {
        RequireThis(options);
        cordon.Set();
        return Show(options);
    }

    public HostDetails Uncordon(HostOptions options)
    {
        RequireThis(options);
        cordon.Lift();
        return Show(options);
    }

    /// <exception cref="AetherscaleException">Always: it is for the others to forget a host.</exception>
    public HostDetails Forget(HostOptions options) => throw new AetherscaleException(
        NoFleet,
        $"The host {Quoted.Of(options.Host ?? labels.Host)} cannot be forgotten by a daemon that is at no broker: only there are others to know it (setting \"broker\").");

    private void RequireThis(HostOptions options)
    {
        if (options.Host is { } wanted && wanted != labels.Host)
        {
            throw new AetherscaleException(
                HostNotFound, $"There is no host {Quoted.Of(wanted)} here: this one is \"{labels.Host}\"; others are found by a broker only (setting \"broker\").");
        }
    }
}
