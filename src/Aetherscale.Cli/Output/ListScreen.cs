using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of list-vms.</summary>
internal static class ListScreen
{
    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        var vms = replies.SelectMany(reply => reply.Read(Replies.Json.IReadOnlyListVmSummary)).ToArray();
        var hints = vms.Any(vm => vm.Hint is not null);
        string[] headers =
        [
            "VM-ID", "NAME", "STATUS", "ADDRESS", "IMAGE", "CPUS", "MEMORY", "AUTOSTART",
            .. hints ? ["HINT"] : Array.Empty<string>(),
        ];
        return new Screen(
            new Sheet(headers, [.. vms.Select(vm => Row(vm, hints))]),
            [.. vms.Select(vm => vm.VmId)],
            "There are no VMs yet. Make one:  aetherscale-cli create-vm --image IMAGE");
    }

    /// <summary>MiB, as <c>--memory</c> takes it.</summary>
    public static string? Memory(int? mebibytes) =>
        mebibytes is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}M") : null;

    public static string? YesOrNo(bool? value) => value switch { true => "yes", false => "no", null => null };

    private static Cell[] Row(VmSummary vm, bool hints) =>
    [
        new(vm.VmId, Tone.Strong),
        new(vm.Name),
        StatusCell.Of(vm.Status),
        new(vm.Address),
        new(vm.Image),
        new(vm.Cpus?.ToString(CultureInfo.InvariantCulture)),
        new(Memory(vm.Memory)),
        new(YesOrNo(vm.Autostart)),
        .. hints ? [new Cell(vm.Hint)] : Array.Empty<Cell>(),
    ];
}
