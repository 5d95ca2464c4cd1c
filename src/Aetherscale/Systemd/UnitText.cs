using System.Text;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Systemd;

/// <summary>
/// Builds a unit file that a person can read and systemd reads as meant: comments, sections, settings, and commands with
/// one option a line. The last line is a checksum of all before it (<see cref="UnitChecksum"/>).
/// </summary>
internal sealed class UnitText
{
    /// <summary>systemd gives up on a line of 1 MiB, its continuations included.</summary>
    public const int MaximumLineBytes = 1_000_000;

    private readonly StringBuilder _text = new();

    /// <summary>A comment; its lines may be several.</summary>
    public UnitText Comment(params ReadOnlySpan<string> lines)
    {
        foreach (var line in lines)
        {
            AppendLine($"# {OneLine(line)}");
        }

        return this;
    }

    /// <summary>Begins a section, such as <c>Service</c>.</summary>
    public UnitText Section(string name)
    {
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
        {
            throw new ArgumentException($"No section is called \"{name}\".", nameof(name));
        }

        if (_text.Length > 0)
        {
            _text.Append('\n');
        }

        return AppendLine($"[{name}]");
    }

    /// <summary>
    /// A setting as systemd reads it: specifiers and quotes in the value are the caller's. What would end the line or
    /// join it to the next is refused.
    /// </summary>
    public UnitText Set(string key, string value)
    {
        if (value.EndsWith('\\'))
        {
            throw new AetherscaleException(BadRequest, $"The value of {key} ends in a backslash.");
        }

        return AppendLine($"{Key(key)}={OneLine(value)}");
    }

    /// <summary><c>Description=</c>, of plain letters only: it is shown on terminals and expanded by systemd.</summary>
    public UnitText Description(string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is ' ' or '.' or '-')
            ? Set("Description", text)
            : throw new AetherscaleException(BadRequest, "A unit's description holds letters, digits, spaces, dots and dashes only.");

    /// <summary>
    /// A command (<c>ExecStart=</c> and its like): the program, then each option with its values on a line of its own.
    /// </summary>
    /// <param name="key">Which command.</param>
    /// <param name="argv">The program, a plain absolute path, and its arguments, which may be anything.</param>
    /// <param name="mayFail">Writes the prefix <c>-</c>: a failure of the command is none of the unit's.</param>
    /// <param name="asRoot">Writes the prefix <c>+</c>: the command has all rights, and no sandbox.</param>
    /// <exception cref="AetherscaleException"><c>bad-request</c>: an argument, or all together, cannot stand in a unit.</exception>
    public UnitText Command(string key, IReadOnlyList<string> argv, bool mayFail = false, bool asRoot = false)
    {
        var line = new StringBuilder($"{Key(key)}={(mayFail ? "-" : "")}{(asRoot ? "+" : "")}{UnitEscaper.Program(argv[0])}");
        foreach (var argument in argv.Skip(1))
        {
            line.Append(argument.StartsWith('-') ? " \\\n  " : " ").Append(UnitEscaper.Argument(argument));
        }

        return AppendLine(line.ToString());
    }

    /// <summary>Lines that the program finds on its standard input (<c>StandardInputText=</c>).</summary>
    public UnitText Input(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            // systemd resolves C escapes and specifiers in it, but no quotes.
            Set("StandardInputText", line.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal));
        }

        return this;
    }

    /// <summary>The whole text, sealed by its checksum.</summary>
    public string Build() => UnitChecksum.Seal(_text.ToString());

    private static string Key(string key) =>
        key.Length > 0 && key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            ? key
            : throw new ArgumentException($"No setting is called \"{key}\".", nameof(key));

    private static string OneLine(string text)
    {
        if (text.Any(char.IsControl) || text != text.Trim())
        {
            throw new AetherscaleException(
                BadRequest, "A line of a unit cannot hold control characters, or begin or end with a space.");
        }

        return UnitEscaper.Checked(text);
    }

    private UnitText AppendLine(string line)
    {
        if (Encoding.UTF8.GetByteCount(line) > MaximumLineBytes)
        {
            throw new AetherscaleException(
                BadRequest, $"A line of a systemd unit cannot be longer than {MaximumLineBytes} bytes.");
        }

        _text.Append(line).Append('\n');
        return this;
    }
}
