using System.Globalization;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Output;

/// <summary>The answers of the commands on hosts.</summary>
internal static class HostScreen
{
    private const long Mebibyte = 1024 * 1024;

    private static readonly string[] s_headers = ["HOST", "STATUS", "VMS", "CPUS", "MEMORY", "DISK", "LABELS", "VERSION", "LAST-SEEN"];

    /// <summary>A row for each host.</summary>
    public static Screen ListOf(IReadOnlyList<Reply> replies, DateTimeOffset now)
    {
        var hosts = replies.SelectMany(reply => reply.Read(Replies.Json.IReadOnlyListHostSummary)).ToList();
        return new Screen(new Sheet(s_headers, [.. hosts.Select(host => Row(host, now))]), [.. hosts.Select(host => host.Host)]);
    }

    /// <summary>One line for each fact.</summary>
    public static Screen DetailsOf(IReadOnlyList<Reply> replies)
    {
        HostDetails[] hosts = [.. replies.Select(reply => reply.Read(Replies.Json.HostDetails))];
        return new Screen(new Sheet(Headers: null, [.. hosts.SelectMany(Facts)]), [.. hosts.Select(host => host.Host)]);
    }

    /// <summary>What was done to a host; the requester knows which it named.</summary>
    public static Screen ResultOf(IReadOnlyList<Reply> replies) => new(
        new Sheet(["HOST", "STATUS"], [.. replies.Select(reply => reply.Read(Replies.Json.HostSummary)).Select(host => (Cell[])[new(host.Host, Tone.Strong), Status(host)])]),
        []);

    private static Cell[] Row(HostSummary host, DateTimeOffset now) =>
    [
        new(host.Host, Tone.Strong),
        Status(host),
        Number(host.Vms),
        new(host.Cpus is null ? null : string.Create(CultureInfo.InvariantCulture, $"{host.CpusUsed}/{host.Cpus}")),
        Share(host.MemoryUsed, host.Memory),
        Share(host.DiskUsed, host.Disk),
        Labels(host, ","),
        new(host.Version),
        new(Age.Of(host.LastSeen, now)),
    ];

    private static IEnumerable<Cell[]> Facts(HostDetails host)
    {
        (string Name, Cell Value)[] facts =
        [
            ("host", new(host.Host, Tone.Strong)),
            ("status", Status(host)),
            ("version", new(host.Version)),
            ("labels", Labels(host, ", ")),
            ("vms", Number(host.Vms)),
            ("cpus", Number(host.Cpus)),
            ("cpus-used", Number(host.CpusUsed)),
            ("memory", Size(host.Memory)),
            ("memory-used", Size(host.MemoryUsed)),
            ("disk", Size(host.Disk)),
            ("disk-used", Size(host.DiskUsed)),
            ("disk-free", Size(host.DiskFree)),
            ("accelerator", new(host.Accelerator)),
            ("started", Moment(host.Started)),
            ("last-seen", Moment(host.LastSeen)),
            ("expired", Number(host.Expired)),
            ("waiting", Number(host.Waiting)),
        ];
        return facts.Where(fact => fact.Value.Text is not null).Select(fact => (Cell[])[new(fact.Name), fact.Value]);
    }

    private static Cell Status(HostSummary host) => new(host.Status, host.Status switch
    {
        HostStatus.Alive => Tone.Good,
        HostStatus.Cordoned => Tone.Busy,
        HostStatus.Unreachable => Tone.Bad,
        _ => Tone.Faint,
    });

    private static Cell Labels(HostSummary host, string separator) => new(host.Labels is { Count: > 0 } labels ? string.Join(separator, labels) : null);

    /// <summary>Without a space, so that a column stays a column.</summary>
    private static Cell Share(long? used, long? all) =>
        new(all is null ? null : $"{ByteSize.Of((used ?? 0) * Mebibyte)}/{ByteSize.Of(all * Mebibyte)}".Replace(" ", "", StringComparison.Ordinal));

    /// <summary>MiB, as create-vm takes it, and as people read it.</summary>
    private static Cell Size(long? mebibytes) =>
        new(mebibytes is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number}M ({ByteSize.Of(number * Mebibyte)})") : null);

    private static Cell Number(long? value) => new(value?.ToString(CultureInfo.InvariantCulture));

    private static Cell Moment(DateTimeOffset? value) =>
        new(value?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
