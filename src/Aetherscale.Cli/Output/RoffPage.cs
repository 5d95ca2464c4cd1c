using System.Globalization;

namespace Aetherscale.Cli.Output;

/// <summary>A page in the language of manual pages, man(7).</summary>
internal sealed class RoffPage(TextWriter source) : IPage
{
    /// <summary>What a page begins with. No word is broken: whoever copies it would type the hyphen too.</summary>
    public void Begin(string name, int section, string product, string manual) => source.Write(
        $".TH {Plain(name).ToUpperInvariant()} {section.ToString(CultureInfo.InvariantCulture)} \"\" \"{Plain(product)}\" \"{Plain(manual)}\"\n.nh\n.ad l\n");

    public void Title(string name, string summary) => source.Write($".SH NAME\n{Plain(name)} \\- {Plain(summary)}\n");

    public void Heading(string text) => source.Write($".SH \"{Plain(text).ToUpperInvariant()}\"\n");

    /// <summary>A heading below the last one.</summary>
    public void Subheading(string text) => source.Write($".SS \"{Plain(text)}\"\n");

    /// <summary>No option is parted from its value.</summary>
    public void Synopsis(string text)
    {
        var pieces = text.Replace(" [", "\n[", StringComparison.Ordinal).Split('\n');
        source.Write(".HP 4\n");
        foreach (var piece in pieces)
        {
            source.Write(Plain(piece).Replace(" ", "\\ ", StringComparison.Ordinal) + "\n");
        }
    }

    public void Paragraph(string text) => source.Write($".PP\n{Plain(text)}\n");

    public void Gap()
    {
        // .PP parts paragraphs by itself.
    }

    public void Entry(string label, string text) => source.Write($".TP\n\\fB{Plain(label)}\\fR\n{Plain(text)}\n");

    public void Example(string purpose, string line) =>
        source.Write($".PP\n{Plain(purpose)}:\n.PP\n.RS 4\n.nf\n{Plain(line)}\n.fi\n.RE\n");

    /// <summary>
    /// The text as it stands: no backslash escapes, no hyphen turns into a longer dash that nobody can type, and no first character
    /// makes the line a request (<c>\&amp;</c>).
    /// </summary>
    private static string Plain(string text)
    {
        var plain = text
            .Replace("\\", "\\(rs", StringComparison.Ordinal)
            .Replace("-", "\\-", StringComparison.Ordinal)
            .Replace("'", "\\(aq", StringComparison.Ordinal)
            .Replace("`", "\\(ga", StringComparison.Ordinal)
            .Replace("^", "\\(ha", StringComparison.Ordinal)
            .Replace("~", "\\(ti", StringComparison.Ordinal)
            .Replace("\"", "\\(dq", StringComparison.Ordinal);
        return plain.StartsWith('.') ? "\\&" + plain : plain;
    }
}
