using System.CommandLine;
using System.CommandLine.Parsing;
using Aetherscale.Cli.Completions;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.VmFiles;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Cli.Verbs;

/// <summary><c>create-vm</c>: a new VM from an image.</summary>
internal sealed class CreateVm : Verb
{
    private readonly Session _session;
    private readonly TextInput _texts;
    private readonly Option<string?> _image = new("--image")
    {
        Description = "The base image, by its name in the store, or of the catalogue, as debian:12: it is pulled if it is not there.",
        HelpName = "IMAGE",
    };

    private readonly Option<string?> _file = new("--file", "-f")
    {
        Description = "A YAML file that describes the VM, a dash for standard input. Options beside it go before what it says.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _name = new("--name")
    {
        Description = "A name for the VM: a lower-case letter, then up to 62 lower-case letters, digits or hyphens.",
        HelpName = "NAME",
    };

    private readonly Option<int?> _cpus = new("--cpus")
    {
        Description = "Virtual CPUs.",
        HelpName = "COUNT",
        CustomParser = static result => result.Number("--cpus", 1, VmMember.MaxCpus),
    };

    private readonly Option<int?> _memory = new("--memory")
    {
        Description = "Memory: MiB, or with a suffix, as in 512M, 4G, 1.5GiB.",
        HelpName = "SIZE",
        CustomParser = static result => Size(result, "--memory"),
    };

    private readonly Option<int?> _disk = new("--disk")
    {
        Description = "The guest's disk, at least as large as the image's: MiB, or with a suffix, as in 40G.",
        HelpName = "SIZE",
        CustomParser = static result => Size(result, "--disk"),
    };

    private readonly FirstBootOptions _firstBoot;

    private readonly Option<bool> _noStart = new("--no-start")
    {
        Description = "Make the VM, but do not start it.",
    };

    private readonly Option<string?> _autostart = OneOf(
        "--autostart", "POLICY", "When the host boots: always start it, never, or last-state: as it was left. The last without it.");

    private readonly Option<string?> _restart = OneOf(
        "--restart", "POLICY", "When it has ended by itself: start it again always, never, or on-failure: after a crash. The last without it.");

    private readonly Option<string?> _graphics = OneOf(
        "--graphics", "vnc", "A graphics card, whose screen is shown by VNC on a Unix socket. None without it.");

    private readonly Option<string?> _firmware = OneOf("--firmware", "KIND", "What the guest boots by: bios, or uefi (package ovmf). Without it BIOS, unless the image's publisher wants UEFI.");

    private readonly Option<bool> _enableLinger = new("--enable-linger")
    {
        Description = "Have your services start at boot and outlive your logins, as loginctl enable-linger does.",
    };

    private readonly Option<string[]> _labels = new("--label")
    {
        Description = "In a fleet, a label that the host must have, such as ssd or zone=a; several by giving it several times.",
        HelpName = "LABEL",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = static result => result.Tokens.FirstOrDefault(token => !HostWord.IsLabel(token.Value)) is { } wrong
            ? result.Fail<string[]>($"--label takes {HostWord.LabelRule}, not \"{wrong.Value}\"")
            : [.. result.Tokens.Select(token => token.Value)],
    };

    private readonly Option<bool> _wait = new("--wait")
    {
        Description = "In a fleet, wait for a host that has room, until --deadline.",
    };

    public CreateVm(Session session)
        : base(CommandNames.CreateVm, "make a VM from an image and start it")
    {
        _session = session;
        _texts = new TextInput(session.Around);
        _image.CompletionSources.Add(new ImageCompletions(session).Find);
        _firstBoot = new FirstBootOptions(session.Around, _texts);
        Add(_image);
        Add(_file);
        Add(_name);
        Add(_cpus);
        Add(_memory);
        Add(_disk);
        _firstBoot.AddTo(this);
        Add(_noStart);
        Add(_autostart);
        Add(_restart);
        Add(_graphics);
        Add(_firmware);
        Add(_enableLinger);
        Add(_labels);
        Add(_wait);
        Validators.Add(line =>
        {
            if (line.GetResult(_image) is null && line.GetResult(_file) is null)
            {
                line.AddError("--image IMAGE is missing, or --file FILE");
            }
        });
    }

    public override string Synopsis =>
        "create-vm --image IMAGE | --file FILE [--name NAME] [--cpus COUNT] [--memory SIZE] [--disk SIZE] [--ssh-key KEY]... [--hostname NAME] "
        + "[--user-data FILE] [--network-config FILE] [--init-script FILE] [--no-start] [--autostart POLICY] [--restart POLICY] [--graphics vnc] [--firmware KIND] [--enable-linger] "
        + "[--label LABEL]... [--wait]";

    public override IReadOnlyList<string> Details =>
    [
        "Makes a VM whose disk stands on a base image, writes its systemd unit and starts it. From then on it is "
        + "started at every boot of the host, until stop-vm, and again after a crash; --autostart and --restart say "
        + "otherwise. The new VM's id is printed, and with --quiet nothing else.",
        "Where several hosts are at one broker, and the request comes by it, the VM goes to one that has room and every --label; --host names one. Where none has room, "
        + "that is said at once (no-capacity), or with --wait at the deadline.",
        "What is not given, the daemon's settings decide (default-cpus, default-memory-mib).",
        "Your public keys, a host name, user-data and scripts reach the guest by a small second disk, as cloud-init's "
        + "NoCloud wants it. Images for the cloud read it when they boot for the first time; others do not notice it.",
        "The keys of a --file are the options without their dashes, save ssh-keys, which is a list; user-data, network-config and "
        + "init-script are the texts themselves. show-vm --output yaml prints such a file.",
    ];

    public override IReadOnlyList<Example> Examples =>
    [
        new("Make and start a VM", "aetherscale-cli create-vm --image tiny --name web"),
        new("From a distribution's image, which is fetched the first time", "aetherscale-cli create-vm --image debian:12 --name web"),
        new("With a larger disk and something to set up", "aetherscale-cli create-vm --image debian:12 --name db --disk 40G --user-data db.yaml"),
        new("As a file says, but under another name", "aetherscale-cli create-vm --file web.yaml --name web2"),
        new("On some host with an SSD, as soon as there is room", "aetherscale-cli create-vm --image tiny --label ssd --wait --deadline 2h"),
        new("Keep its id in a variable", "id=$(aetherscale-cli create-vm --image tiny --memory 2G --quiet)"),
    ];

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken cancel)
    {
        var options = await _firstBoot.FillInAsync(FillIn(await BaseAsync(line, cancel), line), line, cancel);
        var request = _session.Request(CommandNames.CreateVm, options, ContractJson.Wire.CreateVmOptions);
        var doing = $"Creating {options.Name ?? "a VM"} from {options.Image}";
        var mayPull = options.Image.Contains(':', StringComparison.Ordinal) && !_session.IsByBroker(line);
        return mayPull
            ? await _session.TellAsync(line, request, ActionScreen.WithIds, cancel)
            : await _session.SendAsync(line, doing, [request], ActionScreen.WithIds, cancel);
    }

    /// <summary>What the line's other options change: the file's VM, or one of which only the image is known.</summary>
    private async Task<CreateVmOptions> BaseAsync(ParseResult line, CancellationToken cancel)
    {
        var image = line.GetValue(_image);
        return line.GetValue(_file) is { } file
            ? VmFile.Parse(file == "-" ? "<stdin>" : file, await _texts.ReadAsync(file, VmFile.MaxBytes, cancel), image)
            : new CreateVmOptions { Image = image! };
    }

    private CreateVmOptions FillIn(CreateVmOptions options, ParseResult line) => options with
    {
        Image = line.GetValue(_image) ?? options.Image,
        Name = line.GetValue(_name) ?? options.Name,
        Cpus = line.GetValue(_cpus) ?? options.Cpus,
        Memory = line.GetValue(_memory) ?? options.Memory,
        Disk = line.GetValue(_disk) ?? options.Disk,
        NoStart = line.GetResult(_noStart) is null or { Implicit: true } ? options.NoStart : line.GetValue(_noStart),
        Autostart = line.GetValue(_autostart) ?? options.Autostart,
        Restart = line.GetValue(_restart) ?? options.Restart,
        Graphics = line.GetValue(_graphics) ?? options.Graphics,
        Firmware = line.GetValue(_firmware) ?? options.Firmware,
        EnableLinger = line.GetValue(_enableLinger) ? true : options.EnableLinger,
        Labels = line.GetValue(_labels) is { Length: > 0 } labels ? labels : options.Labels,
        Wait = line.GetValue(_wait) || options.Wait,
    };

    private static int? Size(ArgumentResult result, string name) => MemorySize.TryParse(result.Tokens[0].Value, out var mebibytes)
        ? mebibytes
        : result.Fail<int?>($"{name} takes {VmMember.SizeGrammar}, not \"{result.Tokens[0].Value}\"");

    private static Option<string?> OneOf(string name, string placeholder, string description)
    {
        var words = VmMember.WordsOf(name[2..]);
        var option = new Option<string?>(name)
        {
            Description = description,
            HelpName = placeholder,
            CustomParser = result => words.Contains(result.Tokens[0].Value)
                ? result.Tokens[0].Value
                : result.Fail<string>($"{name} takes {VmMember.InWords(words)}, not \"{result.Tokens[0].Value}\""),
        };
        option.CompletionSources.Add([.. words]);
        return option;
    }
}
