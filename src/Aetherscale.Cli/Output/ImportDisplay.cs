using System.Globalization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>How far an import or a copy is, on standard error: one line that changes on a terminal, a line now and then elsewhere.</summary>
internal sealed class ImportDisplay(Terminal terminal, TimeProvider time, bool isSilent)
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromSeconds(5);

    private string _stage = "";
    private long _stageBegan;
    private long _bytesBefore;
    private long _lastLine;
    private bool _isShown;

    /// <summary>Whether nothing will be shown.</summary>
    public bool IsSilent => isSilent;

    public void Show(ImportProgress progress)
    {
        if (isSilent)
        {
            return;
        }

        var now = time.GetTimestamp();
        var isNew = progress.Stage != _stage;
        if (isNew)
        {
            (_stage, _stageBegan, _bytesBefore) = (progress.Stage, now, progress.Bytes);
        }

        var text = Describe(progress, progress.Bytes - _bytesBefore, time.GetElapsedTime(_stageBegan, now));
        if (terminal.ErrorIsRich)
        {
            terminal.Error.Write($"\r\e[K{(text.Length < terminal.Width ? text : text[..(terminal.Width - 1)])}");
            _isShown = true;
        }
        else if (isNew || time.GetElapsedTime(_lastLine, now) >= s_betweenLines)
        {
            _lastLine = now;
            terminal.Error.WriteLine(text);
        }
    }

    /// <summary>What follows begins on a line of its own.</summary>
    public void End()
    {
        if (_isShown)
        {
            terminal.Error.Write("\r\e[K");
            _isShown = false;
        }
    }

    /// <param name="progress">As the daemon tells it.</param>
    /// <param name="done">Bytes that were done while we looked.</param>
    /// <param name="elapsed">How long that took.</param>
    internal static string Describe(ImportProgress progress, long done, TimeSpan elapsed)
    {
        var text = TerminalText.Escape(progress.Stage);
        if (progress.Bytes > 0)
        {
            text += $": {ByteSize.Of(progress.Bytes)}";
        }

        if (progress is { Total: > 0 and var total, Bytes: > 0 })
        {
            text += string.Create(CultureInfo.InvariantCulture, $" of {ByteSize.Of(total)}, {Math.Min(100 * progress.Bytes / total, 100)}%");
        }

        if (done <= 0 || elapsed < TimeSpan.FromSeconds(0.5))
        {
            return text;
        }

        var rate = done / elapsed.TotalSeconds;
        text += $", {ByteSize.Of((long)rate)}/s";
        return progress.Total is { } all && all > progress.Bytes ? $"{text}, {Duration((all - progress.Bytes) / rate)} left" : text;
    }

    private static string Duration(double seconds) => TimeSpan.FromSeconds(Math.Min(Math.Ceiling(seconds), 359_999)) switch
    {
        { TotalHours: >= 1 } longer => string.Create(CultureInfo.InvariantCulture, $"{(int)longer.TotalHours} h {longer.Minutes} min"),
        { TotalMinutes: >= 1 } some => string.Create(CultureInfo.InvariantCulture, $"{some.Minutes} min {some.Seconds} s"),
        var few => string.Create(CultureInfo.InvariantCulture, $"{few.Seconds} s"),
    };
}
