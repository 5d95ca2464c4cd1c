using System.CommandLine;

namespace Aetherscale.Cli.Verbs;

/// <summary>One verb: its words on the command line, its help page, and what it does.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string summary)
        : base(name, summary) => SetAction((line, cancel) =>
        {
            UsageErrors.RejectUnknownOptions(line, Free);
            UsageErrors.RejectYaml(line, WritesYaml);
            return RunAsync(line, cancel);
        });

    /// <summary>The verb with its arguments and options, as the help page's first line shows it.</summary>
    public abstract string Synopsis { get; }

    /// <summary>What it does, in paragraphs.</summary>
    public abstract IReadOnlyList<string> Details { get; }

    /// <summary>Lines that can be typed as they stand, each with what it is for.</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>The argument that takes any words, those that look like options included; null where none does.</summary>
    protected virtual Argument? Free => null;

    /// <summary>Whether it takes <c>--output yaml</c>.</summary>
    protected virtual bool WritesYaml => false;

    /// <summary>Carries it out and returns the exit code.</summary>
    protected abstract Task<int> RunAsync(ParseResult line, CancellationToken cancel);
}

/// <summary>One example of a help page.</summary>
internal sealed record Example(string Purpose, string Line);
