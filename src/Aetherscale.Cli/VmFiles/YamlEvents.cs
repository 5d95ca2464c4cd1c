using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Aetherscale.Cli.VmFiles;

/// <summary>
/// The one document of a YAML text, event by event. What makes YAML more than it seems (anchors, aliases, tags, further documents) is refused.
/// </summary>
internal sealed class YamlEvents(string name, string text)
{
    private readonly Parser _parser = new(new StringReader(text.TrimStart('\ufeff')));

    /// <summary>The first event inside the document.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public ParsingEvent Begin()
    {
        Next();
        var document = Next();
        return document is DocumentStart ? Next() : throw Wrong(document, "the file is empty; write at least a line such as \"image: debian:12\"");
    }

    /// <exception cref="CliException">The text is no YAML, or more than is taken here.</exception>
    public ParsingEvent Next()
    {
        try
        {
            _parser.MoveNext();
        }
        catch (YamlException error)
        {
            throw error.Message.Contains("tab", StringComparison.Ordinal)
                ? Wrong(error.End, "a tab stands where YAML wants spaces; set lines in by spaces")
                : Wrong(error.Start, $"this is no YAML: {char.ToLowerInvariant(error.Message[0])}{error.Message[1..].TrimEnd('.')}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException)
        {
            // The parser's own slips, as over "{?#" and "!![".
            throw Wrong(_parser.Current?.End ?? Mark.Empty, "this is no YAML from here on");
        }

        return _parser.Current! switch
        {
            AnchorAlias alias => throw Wrong(alias, $"the alias *{alias.Value} is not taken here; write out what it stands for"),
            NodeEvent { Anchor.IsEmpty: false } node => throw Wrong(node, $"the anchor &{node.Anchor} is not taken here; remove it"),
            NodeEvent { Tag.IsEmpty: false } node => throw Wrong(node, $"the tag {node.Tag} is not taken here; remove it"),
            var other => other,
        };
    }

    /// <summary>Makes sure that nothing follows.</summary>
    public void End()
    {
        Next();
        if (Next() is not StreamEnd and var more)
        {
            throw Wrong(more, "a second document begins here; put each VM into a file of its own");
        }
    }

    public CliException Wrong(ParsingEvent at, string what) => Wrong(at.Start, what);

    private CliException Wrong(Mark at, string what) => new(ExitCodes.Usage, $"{name}:{at.Line}:{at.Column}: {what}");
}
