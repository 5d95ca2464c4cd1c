namespace Aetherscale.VirtualMachines;

/// <summary>Policies as vm.json and requesters write them: <c>last-state</c> for <see cref="AutostartPolicy.LastState"/>.</summary>
internal static class PolicyWord
{
    public static string Of(AutostartPolicy policy) => policy switch
    {
        AutostartPolicy.Always => "always",
        AutostartPolicy.Never => "never",
        _ => "last-state",
    };

    public static string Of(RestartPolicy policy) => policy switch
    {
        RestartPolicy.Always => "always",
        RestartPolicy.Never => "never",
        _ => "on-failure",
    };

    /// <summary>The policy; the default one when nothing was said. Null for a word that is none.</summary>
    public static AutostartPolicy? Autostart(string? word) => Find(word, Of, Enum.GetValues<AutostartPolicy>());

    /// <inheritdoc cref="Autostart"/>
    public static RestartPolicy? Restart(string? word) => Find(word, Of, Enum.GetValues<RestartPolicy>());

    /// <summary>What is wrong with a word, for a person; null when nothing is.</summary>
    public static string? AutostartProblem(string? word, string member) =>
        Autostart(word) is null ? $"\"{member}\" must be {OneOf(Enum.GetValues<AutostartPolicy>().Select(Of))}" : null;

    /// <inheritdoc cref="AutostartProblem"/>
    public static string? RestartProblem(string? word, string member) =>
        Restart(word) is null ? $"\"{member}\" must be {OneOf(Enum.GetValues<RestartPolicy>().Select(Of))}" : null;

    private static T? Find<T>(string? word, Func<T, string> wordOf, T[] policies)
        where T : struct, Enum
    {
        foreach (var policy in policies)
        {
            if (word is null || wordOf(policy) == word)
            {
                return policy;
            }
        }

        return null;
    }

    private static string OneOf(IEnumerable<string> words) => string.Join(", ", words.SkipLast(1)) + " or " + words.Last();
}
