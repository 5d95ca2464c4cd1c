using System.CommandLine;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Copies;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>copy</c>: a file into a guest, or out of it, by its agent.</summary>
internal sealed class CopyVm : Verb
{
    public const string Word = "copy";

    private readonly Session _session;
    private readonly Argument<string> _from = new("FROM") { Description = "A file of this host, or VM:PATH.", HelpName = "FROM" };
    private readonly Argument<string> _to = new("TO") { Description = "VM:PATH, or a file of this host.", HelpName = "TO" };

    public CopyVm(Session session, VmCompletions completions)
        : base(Word, "copy a file into a VM or out of it")
    {
        _session = session;
        _from.CompletionSources.Add(completions.Find);
        Add(_from);
        Add(_to);
    }

    public override string Synopsis => "copy FROM TO";

    public override IReadOnlyList<string> Details =>
    [
        "Copies one file by the QEMU guest agent, as the guest's root: it needs neither network nor ssh. One of the two is "
        + "VM:PATH, with an absolute path; the other is a file of this host, or a dash for standard input or output. A "
        + "file of this host whose name has a colon is written ./NAME.",
        "The file is there whole, or not at all. For folders and many megabytes there is scp or rsync with ssh-config.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("In", "aetherscale-cli copy notes.txt web:/root/notes.txt"),
        new("Out", "aetherscale-cli copy web:/etc/os-release web.txt"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        await using var transport = _session.TransportFor(line, blocking: false);
        var (from, to) = (line.GetRequiredValue(_from), line.GetRequiredValue(_to));
        var display = _session.DisplayOn(line);
        var copy = (GuestFile.TryParse(from), GuestFile.TryParse(to)) switch
        {
            (null, { } target) => new GuestCopy(_session, transport, target, display).PutAsync(from, cancel),
            ({ } source, null) => new GuestCopy(_session, transport, source, display).GetAsync(to, cancel),
            _ => throw new CliException(ExitCodes.Usage, "one of FROM and TO must be VM:PATH, and the other a file of this host"),
        };
        try
        {
            await copy;
            return ExitCodes.Done;
        }
        finally
        {
            display.End();
        }
    }
}
