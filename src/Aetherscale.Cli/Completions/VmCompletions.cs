using Aetherscale.Contract;

namespace Aetherscale.Cli.Completions;

/// <summary>The names and ids of VMs.</summary>
internal sealed class VmCompletions(Session session) : WordCompletions(session, CommandNames.ListVms)
{
    protected override IEnumerable<string?> WordsOf(Reply reply) =>
        reply.Read(Replies.Json.IReadOnlyListVmSummary).SelectMany(vm => new[] { vm.Name, vm.VmId });
}
