using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answers of wait-vm.</summary>
internal static class WaitScreen
{
    private static readonly string[] s_headers = ["VM-ID", "NAME", "STATUS", "ADDRESS"];

    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        WaitVmResponse[] vms = [.. replies.Select(reply => reply.Read(Replies.Json.WaitVmResponse))];
        var rows = vms.Select(vm => (Cell[])[new(vm.VmId, Tone.Strong), new(vm.Name), StatusCell.Of(vm.Status), new(vm.Address)]);
        return new Screen(new Sheet(s_headers, [.. rows]), []);
    }
}
