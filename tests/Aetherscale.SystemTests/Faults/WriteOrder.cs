using System.Globalization;
using System.Text.RegularExpressions;

namespace Aetherscale.SystemTests.Faults;

/// <summary>What strace -f -yy saw: each call with the lines of the trace at which it began and ended.</summary>
internal sealed partial class WriteOrder
{
    private readonly List<Call> _calls = [];

    public WriteOrder(IEnumerable<string> trace)
    {
        var open = new Dictionary<string, (int Start, string Text)>();
        foreach (var (number, line) in trace.Index())
        {
            var (thread, text) = (line[..line.IndexOf(' ')], line[line.IndexOf(' ')..].TrimStart());
            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                open[thread] = (number, text[..^"<unfinished ...>".Length]);
            }
            else if (ResumedPattern().Match(text) is { Success: true } resumed && open.Remove(thread, out var begun))
            {
                Add(begun.Start, number, begun.Text + text[resumed.Length..]);
            }
            else
            {
                Add(number, number, text);
            }
        }
    }

    /// <summary>The files that were written to, but for sockets and pipes.</summary>
    public IEnumerable<string> Written => _calls.Where(call => call.Name is "write" or "pwrite64" && call.Path.StartsWith('/')).Select(call => call.Path).Distinct();

    /// <summary>What was renamed: from, to.</summary>
    public IEnumerable<(string From, string To)> Renamed => _calls.Where(call => call.Name == "rename").Select(call => (call.Path, call.Target));

    /// <summary>When the daemon began to answer.</summary>
    public int Reply => _calls.First(call => call.Name.StartsWith("send", StringComparison.Ordinal) && call.Text.Contains("HTTP/1.1 200", StringComparison.Ordinal)).Start;

    public int LastWrite(string path) => _calls.Where(call => call.Name is "write" or "pwrite64" or "ftruncate" && call.Path == path).Max(call => call.End);

    /// <summary>When the rename began that gave this file, or a folder that it is in, its place; the reply's time when there was none.</summary>
    public int Placed(string path) => _calls.FirstOrDefault(call => call.Name == "rename" && (call.Path == path || path.StartsWith(call.Path + "/", StringComparison.Ordinal)))?.Start ?? Reply;

    public int Renaming(string to) => _calls.Single(call => call.Name == "rename" && call.Target == to).End;

    /// <summary>Whether this was synced wholly within that time.</summary>
    public bool IsSynced(string path, int after, int before) => _calls.Any(call => call.Name == "fsync" && call.Path == path && call.Start > after && call.End < before);

    private void Add(int start, int end, string text)
    {
        if (CallPattern().Match(text) is { Success: true } match)
        {
            _calls.Add(new Call(match.Groups["name"].Value, Of(match, "path"), Of(match, "target"), start, end, text));
        }
    }

    private static string Of(Match match, string group) => string.Create(CultureInfo.InvariantCulture, $"{match.Groups[group].Value}");

    [GeneratedRegex(@"^<\.\.\. \w+ resumed>")]
    private static partial Regex ResumedPattern();

    [GeneratedRegex("""^(?<name>\w+)\((?:\d+<(?<path>[^>]*)>|"(?<path>[^"]*)"(?:, "(?<target>[^"]*)")?)""")]
    private static partial Regex CallPattern();

    private sealed record Call(string Name, string Path, string Target, int Start, int End, string Text);
}
