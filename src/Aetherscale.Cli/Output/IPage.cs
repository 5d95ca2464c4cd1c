namespace Aetherscale.Cli.Output;

/// <summary>What help is laid out on.</summary>
internal interface IPage
{
    /// <summary>What the page is about, as its first line.</summary>
    public void Title(string name, string summary);

    public void Heading(string text);

    /// <summary>A line to type, under the heading of its kind.</summary>
    public void Synopsis(string text);

    public void Paragraph(string text);

    /// <summary>Parts two paragraphs.</summary>
    public void Gap();

    /// <summary>A word and what it stands for.</summary>
    public void Entry(string label, string text);

    public void Example(string purpose, string line);
}
