using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answers of the commands that do something to VMs.</summary>
internal static class ActionScreen
{
    /// <summary>
    /// For create-vm: with <c>--quiet</c>, the new id is what a script wants. Its hints are advice, and long: they go to standard
    /// error.
    /// </summary>
    public static Screen WithIds(IReadOnlyList<Reply> replies)
    {
        var vms = Read(replies);
        return new Screen(Table(vms, hints: false), [.. vms.Select(vm => vm.VmId)]) { Notes = Hints(vms) };
    }

    /// <summary>For start-vm, whose hints may be advice, too.</summary>
    public static Screen WithNotes(IReadOnlyList<Reply> replies)
    {
        var vms = Read(replies);
        return new Screen(Table(vms, hints: false), []) { Notes = Hints(vms) };
    }

    /// <summary>For the others: the requester knows which VMs it named.</summary>
    public static Screen Silent(IReadOnlyList<Reply> replies)
    {
        var vms = Read(replies);
        return new Screen(Table(vms, hints: vms.Any(vm => vm.Hint is not null)), []);
    }

    private static VmActionResponse[] Read(IReadOnlyList<Reply> replies) =>
        [.. replies.Select(reply => reply.Read(Replies.Json.VmActionResponse))];

    /// <summary>Each once: what holds for one VM may hold for all.</summary>
    private static string[] Hints(VmActionResponse[] vms) => [.. vms.Select(vm => vm.Hint).OfType<string>().Distinct()];

    private static Sheet Table(VmActionResponse[] vms, bool hints)
    {
        var parked = vms.Any(vm => vm.Host is not null);
        string[] headers = ["VM-ID", "NAME", "STATUS", .. parked ? ["HOST", "UNTIL"] : Array.Empty<string>(), .. hints ? ["HINT"] : Array.Empty<string>()];
        var rows = vms.Select(vm => (Cell[])
        [
            new(vm.VmId, Tone.Strong),
            new(vm.Name),
            StatusCell.Of(vm.Status),
            .. parked ? [new Cell(vm.Host), new Cell(vm.Until?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))] : Array.Empty<Cell>(),
            .. hints ? [new Cell(vm.Hint)] : Array.Empty<Cell>(),
        ]);
        return new Sheet(headers, [.. rows]);
    }
}
