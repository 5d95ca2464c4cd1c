using Aetherscale.Cli.Verbs;

namespace Aetherscale.Cli;

/// <summary>
/// Sets off what is another program's command line: after the VM, <c>ssh web ls -l</c> has no options of ours any more.
/// </summary>
internal static class CommandFence
{
    private const string Fence = "--";

    private static readonly string[] s_verbs = [SshVm.Word, ExecVm.Word];

    /// <summary>Options before the VM whose value is a word of its own.</summary>
    private static readonly string[] s_withValue = ["--output", "-o", "--socket", "--broker", "--user", "-l", "--timeout"];

    /// <summary>The line with a <c>--</c> before the command, where its verb takes one.</summary>
    public static IReadOnlyList<string> Set(IReadOnlyList<string> words)
    {
        string? verb = null;
        for (var i = 0; i < words.Count && words[i] != Fence; i++)
        {
            if (words[i].StartsWith('-'))
            {
                // Before the verb it names a daemon, behind it a guest's user.
                i += s_withValue.Contains(words[i]) && !(verb is null && words[i] == "--user") ? 1 : 0;
            }
            else if (verb is null)
            {
                verb = words[i];
                if (!s_verbs.Contains(verb))
                {
                    return words;
                }
            }
            else
            {
                return i + 1 < words.Count && words[i + 1] != Fence ? [.. words.Take(i + 1), Fence, .. words.Skip(i + 1)] : words;
            }
        }

        return words;
    }
}
