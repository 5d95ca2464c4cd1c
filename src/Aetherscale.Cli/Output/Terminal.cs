using System.Text;

namespace Aetherscale.Cli.Output;

/// <summary>Standard output and standard error as text, and what they are able to show.</summary>
internal sealed class Terminal : IDisposable
{
    private const int PlainWidth = 80;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static readonly string[] s_localeVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    private readonly Surroundings _around;
    private readonly AnswerStream _answers;
    private readonly bool _dumb;

    public Terminal(Surroundings around)
    {
        _around = around;
        _dumb = around.Variable("TERM") is null or "" or "dumb";
        _answers = new AnswerStream(around.Output);
        Out = new StreamWriter(_answers, s_utf8, bufferSize: 16 * 1024, leaveOpen: true);
        Error = new StreamWriter(around.Error, s_utf8, bufferSize: 1024, leaveOpen: true) { AutoFlush = true };
    }

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    /// <summary>Standard output is a terminal, however simple.</summary>
    public bool OutIsTerminal => _around.OutputIsTerminal;

    /// <summary>Standard output is a terminal that knows escape sequences.</summary>
    public bool OutIsRich => _around.OutputIsTerminal && !_dumb;

    /// <summary>Standard error is a terminal that knows escape sequences.</summary>
    public bool ErrorIsRich => _around.ErrorIsTerminal && !_dumb;

    /// <summary>See no-color.org.</summary>
    public bool Colours => string.IsNullOrEmpty(_around.Variable("NO_COLOR"));

    /// <summary>The locale can show more than ASCII.</summary>
    public bool Unicode => (Locale ?? "").Replace("-", "", StringComparison.Ordinal)
        .Contains("UTF8", StringComparison.OrdinalIgnoreCase);

    public int Width => OutIsRich || ErrorIsRich ? _around.TerminalWidth() : PlainWidth;

    private string? Locale => s_localeVariables.Select(_around.Variable)
        .FirstOrDefault(value => !string.IsNullOrEmpty(value));

    /// <summary>Says on standard error what is worth knowing, though nothing went wrong.</summary>
    public void Note(string message) => Error.WriteLine($"hint: {TerminalText.EscapeLines(message)}");

    /// <summary>Says on standard error what went wrong, and below it what to do.</summary>
    public void Fail(string message, string? advice)
    {
        var colour = ErrorIsRich && Colours;
        var name = colour ? $"\e[1;31m{CliRoot.ProgramName}:\e[0m" : $"{CliRoot.ProgramName}:";
        Error.WriteLine($"{name} {TerminalText.EscapeLines(message)}");
        if (advice is not null)
        {
            Error.WriteLine($"  {TerminalText.EscapeLines(advice)}");
        }
    }

    /// <summary>Writes text to standard output that is UTF-8 already.</summary>
    public void Write(ReadOnlySpan<byte> utf8)
    {
        Out.Flush();
        _answers.Write(utf8);
    }

    /// <exception cref="OutputClosedException">The reader has gone.</exception>
    /// <exception cref="CliException">The output cannot be written.</exception>
    public void Flush()
    {
        try
        {
            Out.Flush();
        }
        catch (ObjectDisposedException)
        {
            // connect closes standard output itself, to tell the reader that the guest has ended
        }
    }

    public void Dispose()
    {
        Error.Flush();
        _answers.Dispose();
    }
}
