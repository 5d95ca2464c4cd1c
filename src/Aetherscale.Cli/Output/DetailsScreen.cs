using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of show-vm: one line for each fact that is known, named as on the wire.</summary>
internal static class DetailsScreen
{
    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        VmDetails[] vms = [.. replies.Select(reply => reply.Read(Replies.Json.VmDetails))];
        return new Screen(new Sheet(Headers: null, [.. vms.SelectMany(Facts)]), [.. vms.Select(vm => vm.VmId)]);
    }

    private static IEnumerable<Cell[]> Facts(VmDetails vm)
    {
        (string Name, Cell Value)[] facts =
        [
            ("vm-id", new(vm.VmId, Tone.Strong)),
            ("name", new(vm.Name)),
            ("host", new(vm.Host)),
            ("status", StatusCell.Of(vm.Status)),
            ("hint", new(vm.Hint)),
            ("address", new(vm.Address)),
            ("image", new(vm.Image)),
            ("cpus", Number(vm.Cpus)),
            ("memory", new(ListScreen.Memory(vm.Memory))),
            ("autostart", new(ListScreen.YesOrNo(vm.Autostart))),
            ("autostart-policy", new(vm.AutostartPolicy)),
            ("restart-policy", new(vm.RestartPolicy)),
            ("created", Moment(vm.Created)),
            ("started", Moment(vm.Started)),
            ("pid", Number(vm.Pid)),
            ("restarts", Number(vm.Restarts)),
            ("accelerator", new(vm.Accelerator)),
            ("network", new(vm.Network)),
            ("mac", new(vm.Mac)),
            ("unit", new(vm.Unit)),
            ("user", new(vm.User)),
            ("unit-file", new(vm.UnitFile)),
            ("disk", new(vm.Disk)),
            ("base", new(vm.Base)),
            ("firmware", new(vm.Firmware)),
            ("seed", new(vm.Seed)),
            ("credentials", List(vm.Credentials)),
            ("console-log", new(vm.ConsoleLog)),
            ("console-socket", new(vm.ConsoleSocket)),
            ("vnc-socket", new(vm.VncSocket)),
            ("sandbox", List(vm.Sandbox)),
            ("sandbox-missing", List(vm.SandboxMissing)),
            ("drop-ins", List(vm.DropIns)),
        ];
        return facts.Where(fact => fact.Value.Text is not null).Select(fact => (Cell[])[new(fact.Name), fact.Value]);
    }

    /// <summary>Nothing where there is none: not a fact worth a line.</summary>
    private static Cell List(IReadOnlyList<string>? values) => new(values is { Count: > 0 } ? string.Join(", ", values) : null);

    private static Cell Number(int? value) => new(value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>RFC 3339, so that <c>date -d</c> takes it.</summary>
    private static Cell Moment(DateTimeOffset? value) =>
        new(value?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
