using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Ssh;
using Aetherscale.Contract;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>delete-vm</c>: removes VMs with their disks.</summary>
internal sealed class DeleteVm(Session session, VmCompletions completions)
    : VmsVerb(session, completions, CommandNames.DeleteVm, "remove VMs with their disks", "Deleting")
{
    public override string Synopsis => "delete-vm VM...";

    public override IReadOnlyList<string> Details =>
    [
        "Ends VMs that run, at once, and removes their units and their disks. It does not ask, and there is no "
        + "way back. The images they were made from stay.",
        "Several VMs are removed side by side; the exit code is 1 when one of them could not be.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Shut a VM down first, then remove it", "aetherscale-cli stop-vm web && aetherscale-cli delete-vm web"),
        new("Remove all VMs", "aetherscale-cli list-vms --quiet | xargs -r aetherscale-cli delete-vm"),
    ];

    protected override Action<Reply>? Done => reply => KnownHosts.Forget(Around, reply.Read(Replies.Json.VmActionResponse).VmId);
}
