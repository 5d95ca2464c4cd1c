using System.Globalization;
using Aetherscale.Contract;

namespace Aetherscale.Configuration;

/// <summary>Every setting there is.</summary>
internal static class SettingDefinitions
{
    public static SettingDefinition DataFolder { get; } = new(
        "data-folder", "Images, VMs and networks.", host => host.DataHome + "/aetherscale", FolderProblem, CanonicalFolder);

    public static SettingDefinition UnitFolder { get; } = new(
        "unit-folder",
        "Where systemd looks for units.",
        host => host.ConfigHome + (host.IsSystem ? "/systemd/system" : "/systemd/user"),
        FolderProblem,
        CanonicalFolder);

    public static SettingDefinition Socket { get; } = new(
        "socket",
        "The Unix socket that the daemon answers on, unless systemd hands it one. The CLI looks for another than the default "
            + "in [client] socket of the same files.",
        host => host.RuntimeDirectory + "/aetherscale/api.sock",
        SocketProblem);

    public static SettingDefinition Network { get; } = new(
        "network", "The network that new VMs join.", _ => "default", NetworkProblem);

    public static SettingDefinition Subnet { get; } = new(
        "subnet", "The addresses of that network when it is first made.", _ => "10.77.0.0/20", SubnetProblem);

    public static SettingDefinition Bridge { get; } = new(
        "bridge",
        "A bridge of this host, such as br0, that new VMs are on when that network is first made; only with --system. Empty: a network of its own.",
        _ => "",
        text => text.Length == 0 || IsInterface(text) ? null : "must be the name of a network interface");

    public static SettingDefinition Accelerator { get; } = new(
        "accelerator", "auto, kvm or tcg.", _ => "auto", OneOf("auto", "kvm", "tcg"));

    public static SettingDefinition Qemu { get; } = new(
        "qemu", "The QEMU program.", _ => "/usr/bin/qemu-system-x86_64", PathProblem);

    public static SettingDefinition StopHelper { get; } = new(
        "stop-helper",
        "The program that units run to shut a guest down.",
        host => StopHelpers(host).FirstOrDefault(File.Exists) ?? StopHelpers(host)[0],
        PathProblem);

    public static SettingDefinition DefaultCpus { get; } = new(
        "default-cpus", "Virtual CPUs of a VM that does not say.", _ => "1", Number(1, 255));

    public static SettingDefinition DefaultMemoryMib { get; } = new(
        "default-memory-mib", "Memory in MiB of a VM that does not say.", _ => "4096", Number(1, 16 * 1024 * 1024));

    public static SettingDefinition HostName { get; } = new(
        "host-name",
        "What this host is called among those at the same broker, where no two may have one name.",
        _ => HostMachine.Name,
        text => HostWord.IsName(text) ? null : $"must be {HostWord.NameRule}");

    public static SettingDefinition HostLabels { get; } = new(
        "host-labels",
        "What this host is, for create-vm --label to pick it by: words or key=value, with commas between them, such as ssd,zone=a.",
        _ => "",
        text => Settings.WordsIn(text).All(HostWord.IsLabel) ? null : $"must be labels with commas between them, each {HostWord.LabelRule}");

    public static SettingDefinition HostCpus { get; } = new(
        "host-cpus",
        "Virtual CPUs that VMs here may have in all, where hosts are chosen for them by a broker; 4 for each processor unless you say otherwise.",
        _ => (HostMachine.Cpus * 4).ToString(CultureInfo.InvariantCulture),
        Number(1, int.MaxValue));

    public static SettingDefinition HostMemoryMib { get; } = new(
        "host-memory-mib",
        "Memory in MiB that VMs here may have in all, likewise; nine tenths of the machine's unless you say otherwise.",
        _ => Math.Max(1, HostMachine.MemoryMib / 10L * 9).ToString(CultureInfo.InvariantCulture),
        Number(1, int.MaxValue));

    public static SettingDefinition HostDiskMib { get; } = new(
        "host-disk-mib",
        "Disk in MiB that VMs here may have in all, likewise, by the sizes that guests see. Empty: 4 times what the file system of the data folder holds.",
        _ => "",
        text => text.Length == 0 ? null : Number(1, int.MaxValue)(text));

    public static SettingDefinition StopGraceSeconds { get; } = new(
        "stop-grace-seconds", "How long a guest may take to shut down before it is killed.", _ => "90", Number(1, 3600));

    public static SettingDefinition Broker { get; } = new(
        "broker",
        "A RabbitMQ broker to take commands from too, as amqp://host:5672 or amqps://host; of a cluster several nodes, with commas between them; empty for none.",
        _ => "",
        BrokerProblem)
    {
        Secret = new Secret(
            text => AddressesIn(text).Any(address => address.Credentials is not null),
            text => string.Join(',', AddressesIn(text)),
            "broker-credentials-file, config.toml or AETHERSCALE_BROKER"),
    };

    public static SettingDefinition BrokerCredentialsFile { get; } = new(
        "broker-credentials-file",
        "A file of one line, user:password, that only you can read; it is read anew at each connect. Empty: as the URL in broker says, or guest.",
        _ => "",
        text => text.Length == 0 ? null : PathProblem(text))
    {
        MayHoldSecret = true,
    };

    public static SettingDefinition BrokerCaFile { get; } = new(
        "broker-ca-file",
        "A file of certificates, in PEM: the only CAs that are trusted for the broker. Read anew at each connect. Empty: those that this machine trusts.",
        _ => "",
        text => text.Length == 0 ? null : PathProblem(text));

    public static SettingDefinition BrokerCertificateFile { get; } = new(
        "broker-certificate-file",
        "A file with the certificate, in PEM, that the broker is shown; read anew at each connect. Without credentials it also says who we are.",
        _ => "",
        text => text.Length == 0 ? null : PathProblem(text));

    public static SettingDefinition BrokerKeyFile { get; } = new(
        "broker-key-file",
        "The private key of that certificate, in PEM without a passphrase, in a file that only you can read.",
        _ => "",
        text => text.Length == 0 ? null : PathProblem(text))
    {
        MayHoldSecret = true,
    };

    public static SettingDefinition Catalogue { get; } = new(
        "catalogue",
        "A file with more images and simplestreams servers to pull from; it is read anew at each pull, and need not be there.",
        host => host.ConfigHome + "/aetherscale/catalogue",
        PathProblem);

    public static SettingDefinition LeastLogLevel { get; } = new(
        "log-level",
        "trace, debug, information, warning or error.",
        _ => "information",
        OneOf("trace", "debug", "information", "warning", "error"));

    /// <summary>In the order in which people want to read them.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        DataFolder, UnitFolder, Socket, Network, Subnet, Bridge, Accelerator, Qemu, StopHelper, DefaultCpus, DefaultMemoryMib,
        StopGraceSeconds, Broker, BrokerCredentialsFile, BrokerCaFile, BrokerCertificateFile, BrokerKeyFile, HostName, HostLabels, HostCpus,
        HostMemoryMib, HostDiskMib, Catalogue, LeastLogLevel,
    ];

    /// <summary>Beside the daemon, or where a package puts what nobody types.</summary>
    private static string[] StopHelpers(HostEnvironment host) =>
    [
        Path.Combine(host.ProgramFolder, "aetherscale-stop"),
        Path.GetFullPath("../libexec/aetherscale/aetherscale-stop", host.ProgramFolder),
    ];

    private static Func<string, string?> OneOf(params string[] choices) =>
        text => choices.Contains(text) ? null : $"must be one of: {string.Join(", ", choices)}";

    private static Func<string, string?> Number(int least, int most) =>
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most ? null : $"must be a whole number from {least} to {most}";

    private static string? BrokerProblem(string text) =>
        text.Length == 0 || BrokerAddress.TryParseAll(text, out _, out var problem) ? null : problem;

    private static IReadOnlyList<BrokerAddress> AddressesIn(string text)
    {
        _ = BrokerAddress.TryParseAll(text, out var addresses, out _);
        return addresses;
    }

    private static string? PathProblem(string text) =>
        text.StartsWith('/') && !text.Any(char.IsControl) ? null : "must be an absolute path without control characters";

    // Where ".." leads depends on links, and the text is compared with what units say.
    private static string? FolderProblem(string text) =>
        PathProblem(text) ?? (text.Split('/').Contains("..") ? "must not contain \"..\"" : null);

    /// <summary>Without what changes nothing: <c>//</c>, <c>/./</c> and a slash at the end.</summary>
    private static string CanonicalFolder(string text) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(text));

    // sun_path holds 108 bytes, the last of them NUL (unix(7)).
    private static string? SocketProblem(string text) =>
        PathProblem(text)
        ?? (System.Text.Encoding.UTF8.GetByteCount(text) <= 107 ? null : "must have at most 107 bytes, as every Unix socket's path");

    private static string? NetworkProblem(string text) =>
        text.Length is >= 1 and <= 15 && char.IsAsciiLetterLower(text[0])
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')
            ? null : "must be a lower-case letter, then up to 14 lower-case letters, digits or hyphens";

    // IFNAMSIZ
    private static bool IsInterface(string text) => text.Length <= 15 && char.IsAsciiLetterOrDigit(text[0])
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    private static string? SubnetProblem(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network)
            && network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork
            && network.PrefixLength is >= 20 and <= 28
            ? null : "must be an IPv4 network with a prefix length from 20 to 28, such as 10.77.0.0/20";
}
