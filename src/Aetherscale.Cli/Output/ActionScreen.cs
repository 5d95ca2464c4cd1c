using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answers of the commands that do something to VMs.</summary>
internal static class ActionScreen
{
    /// <summary>For create-vm: with <c>--quiet</c>, the new id is what a script wants.</summary>
    public static Screen WithIds(IReadOnlyList<Reply> replies) => Of(replies, withIds: true);

    /// <summary>For the others: the requester knows which VMs it named.</summary>
    public static Screen Silent(IReadOnlyList<Reply> replies) => Of(replies, withIds: false);

    private static Screen Of(IReadOnlyList<Reply> replies, bool withIds)
    {
        VmActionResponse[] vms = [.. replies.Select(reply => reply.Read(Replies.Json.VmActionResponse))];
        var hints = vms.Any(vm => vm.Hint is not null);
        string[] headers = ["VM-ID", "NAME", "STATUS", .. hints ? ["HINT"] : Array.Empty<string>()];
        var rows = vms.Select(vm => (Cell[])
        [
            new(vm.VmId, Tone.Strong),
            new(vm.Name),
            StatusCell.Of(vm.Status),
            .. hints ? [new Cell(vm.Hint)] : Array.Empty<Cell>(),
        ]);
        return new Screen(new Sheet(headers, [.. rows]), withIds ? [.. vms.Select(vm => vm.VmId)] : []);
    }
}
