using Aetherscale.Cli.VmFiles;

namespace Aetherscale.Cli.Output;

/// <summary>The answer of show-vm as a file that recreates the VM.</summary>
internal static class DefinitionScreen
{
    public static Screen Of(IReadOnlyList<Reply> replies)
    {
        var vm = replies.Single().Read(Replies.Json.VmDetails);
        return new Screen(new Sheet(Headers: null, []), [vm.VmId])
        {
            Lines = VmFileText.Lines(vm.Definition ?? throw new CliException(ExitCodes.Refused, "the daemon does not tell what recreates a VM; it is older than this program")),
        };
    }
}
