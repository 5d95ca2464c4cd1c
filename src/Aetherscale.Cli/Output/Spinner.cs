using Spectre.Console;

namespace Aetherscale.Cli.Output;

/// <summary>Shows on standard error that a command is under way, once a person might wonder.</summary>
internal static class Spinner
{
    private const int NamesShown = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    public static async Task<T> WhileAsync<T>(
        Task<T> work, string doing, Terminal terminal, TimeProvider time, CancellationToken cancel)
    {
        await Task.WhenAny(work, Task.Delay(s_patience, time, cancel));
        if (work.IsCompleted)
        {
            return await work;
        }

        var spinner = terminal.Unicode ? Spectre.Console.Spinner.Known.Dots : Spectre.Console.Spinner.Known.Line;
        return await RichSheet.ConsoleOn(terminal.Error, terminal)
            .Status()
            .Spinner(spinner)
            .StartAsync(Markup.Escape(TerminalText.Escape(doing)), _ => work);
    }

    /// <summary>The first few names of many.</summary>
    public static string Names(IReadOnlyList<string> vms) => vms.Count <= NamesShown
        ? string.Join(", ", vms)
        : $"{string.Join(", ", vms.Take(NamesShown))} and {vms.Count - NamesShown} more";
}
