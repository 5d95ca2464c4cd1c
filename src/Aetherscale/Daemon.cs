using System.Runtime.InteropServices;
using Aetherscale.Api;
using Aetherscale.Commands;
using Aetherscale.Commands.Checkups;
using Aetherscale.Commands.Hosts;
using Aetherscale.Configuration;
using Aetherscale.Contract;
using Aetherscale.Files;
using Aetherscale.Images;
using Aetherscale.Images.Catalogue;
using Aetherscale.Images.Imports;
using Aetherscale.Messaging;
using Aetherscale.Messaging.Fleet;
using Aetherscale.Networking;
using Aetherscale.Processes;
using Aetherscale.Qemu;
using Aetherscale.Requests;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Journal;
using Aetherscale.VirtualMachines;
using Aetherscale.VirtualMachines.Consoles;
using Aetherscale.VirtualMachines.History;
using static Aetherscale.Configuration.SettingDefinitions;

namespace Aetherscale;

/// <summary>The composition root: makes every object, has them take stock, and serves until it is told to stop.</summary>
internal static class Daemon
{
    /// <summary>An image's server that says nothing for so long is tried again.</summary>
    private static readonly TimeSpan s_serverSilence = TimeSpan.FromSeconds(30);

    /// <returns>The exit code.</returns>
    /// <exception cref="SettingsException">The daemon cannot work as it is set up.</exception>
    public static async Task<int> RunAsync(Settings settings, HostEnvironment host, CancellationToken stop)
    {
        Preflight.CheckSecret(settings[BrokerCredentialsFile], "a password");
        Preflight.CheckSecret(settings[BrokerKeyFile], "a private key");
        var brokerFiles = new BrokerTlsFiles(Named(settings[BrokerCaFile]), Named(settings[BrokerCertificateFile]), Named(settings[BrokerKeyFile]));
        _ = BrokerAddress.TryParseAll(settings[Broker], out var addresses, out _);
        Preflight.CheckBrokerTls(addresses is [var first, ..] ? first : null, brokerFiles);
        var data = new DataFolder(settings[SettingDefinitions.DataFolder]);
        using var folderLock = Preflight.Claim(data, settings[Socket], settings[Bridge], host);
        var accounts = Preflight.FindAccounts(host);
        var scope = host.IsSystem ? SystemdScope.System : SystemdScope.User;
        if (host.IsSystem)
        {
            // What others must not see lies in folders that they cannot enter; the rest is theirs to read.
            _ = Libc.SetFileModeMask(Libc.OthersMayRead);
        }
        else
        {
            ApiSocket.Close($"{host.RuntimeDirectory}/aetherscale", host.UserId);
        }

        var level = Enum.Parse<LogLevel>(settings[LeastLogLevel], ignoreCase: true);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        DaemonLogging.Configure(builder.Logging, level);
        using var logs = LoggerFactory.Create(logging => DaemonLogging.Configure(logging, level));
        var time = TimeProvider.System;

        // What the VMs stand on.
        var runtime = new RuntimeFolder(host.RuntimeDirectory, host.IsSystem);
        var units = new UnitFolder(settings[SettingDefinitions.UnitFolder], scope);
        var transientUnits = new UnitFolder(scope.TransientUnits(host.RuntimeDirectory), scope);
        using var unitIndex = new UnitIndex(units);
        var images = new ImageStore(data.Images);
        var shelf = new ImageShelf(images, data.Images);
        var networkStore = new NetworkStore(data.Networks, host.RuntimeDirectory);
        networkStore.Ensure(settings[Network], settings[SettingDefinitions.Subnet], settings[Bridge] is { Length: > 0 } bridge ? bridge : null);
        await using var systemd = new SystemdManager(new SystemdAddress(host.RuntimeDirectory, scope), logs.CreateLogger<SystemdManager>(), time);

        using var cgroupGrace = new CgroupGrace();

        // The VMs.
        using var store = new VmStore(data.Vms);
        var locks = new VmLocks();
        var grace = TimeSpan.FromSeconds(settings.Number(StopGraceSeconds));
        var own = new OwnUnits(units, systemd, data);
        using var networks = new VmNetworks(networkStore, own, data, settings[Network], accounts?.Networks);
        var bootLinks = new BootLinks(units, store);
        await using var monitors = new VmMonitors(systemd, bootLinks, runtime, time, logs.CreateLogger<VmMonitors>())
        {
            IsOurs = id => store.TryFind(id) is not null,
        };
        await using var networkWatch = new NetworkWatch(systemd, store, monitors, networks, logs.CreateLogger<NetworkWatch>());
        var kvm = new AcceleratorProbe("/dev/kvm", "/proc/cpuinfo", RuntimeInformation.ProcessArchitecture);
        var choice = Enum.Parse<AcceleratorChoice>(settings[SettingDefinitions.Accelerator], ignoreCase: true);
        var accelerator = kvm.Choose(choice);
        string[] privateFolders = host.IsSystem ? [data.Path] : [host.Home, host.RuntimeDirectory, data.Path];
        var users = new VmUsers(accounts, new UserRecords(UserRecords.MachineFolder), data);
        await using var sandbox = new SandboxProbe(
            systemd, transientUnits, data.Path, privateFolders, users.Shared, time, logs.CreateLogger<SandboxProbe>());
        var firmware = new UefiFirmware(UefiFirmware.UsualPlaces);
        var unitSettings = new VmUnitSettings(settings[SettingDefinitions.Qemu], settings[StopHelper], grace, accelerator, firmware, privateFolders);
        var vmUnits = new VmUnits(units, own, networks, images, data, runtime, sandbox, users, unitSettings);
        var observer = new VmObserver(systemd, unitIndex, monitors);
        var clock = new HostClock(time);
        var bundles = new CrashBundles(systemd, monitors, runtime, clock, logs.CreateLogger<CrashBundles>());
        await using var history = new VmHistory(systemd, store, monitors, bundles, clock, logs.CreateLogger<VmHistory>());
        var disks = new VmDisks(images, firmware);
        var starter = new VmStarter(
            systemd, cgroupGrace, vmUnits, disks, bootLinks, monitors, new JournalReader(scope, time), history, time, logs.CreateLogger<VmStarter>());
        var stopper = new VmStopper(systemd, bootLinks, monitors, time);
        var remover = new VmRemover(store, stopper, vmUnits, monitors, networks, users, history);
        var power = new VmPower(systemd, monitors);
        var restarter = new VmRestarter(systemd, starter, stopper, monitors);
        var processes = new ProcessRunner(accounts?.Networks.Name);
        var agents = new GuestAgents(runtime);
        var probe = new GuestProbe(networks, agents, processes, time);
        var waiter = new VmWaiter(store, locks, observer, systemd, monitors, remover, probe);
        var orphans = new Orphans(store, units, own, data);

        // The commands.
        var brokerState = new BrokerState([.. addresses.Select(address => address.ToString())]);
        await using var background = new BackgroundWork(logs.CreateLogger<BackgroundWork>());
        var defaults = new VmDefaults(settings.Number(DefaultCpus), settings.Number(DefaultMemoryMib));
        var linger = new Linger(Environment.UserName, host.UserId, processes);
        var lingerAdvice = new LingerAdvice(host.IsSystem ? null : linger, time);
        var connect = new ConnectVm(store, locks, observer, networks, processes, background, time);
        var console = new ConsoleVm(store, locks, observer, new GuestConsoles(runtime, time), background, time);
        var logsVm = new LogsVm(store, locks, history, scope);
        var watch = new WatchVms(store, history);
        var followLogs = new FollowLogs(history, scope, time);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var frames = new FrameWriter(time, logs.CreateLogger<FrameWriter>(), stopping.Token);
        var facts = new ImageFacts(images, shelf, store);
        var conversion = new ImageConversion(systemd, transientUnits, sandbox, data.Path, privateFolders, users.Shared);
        using var download = new Download(data.Images, s_serverSilence, time);
        var importer = new ImageImporter(data.Images, shelf, images.Gate, new Unpacker(processes), conversion.ConvertVmdkAsync, store.IsBase, time);
        var urlImport = new UrlImport(download, importer);
        var documents = new RemoteDocuments(download);
        var catalogueFile = new CatalogueFile(settings[SettingDefinitions.Catalogue]);
        var catalogue = new ImageCatalogue(catalogueFile, documents, new Simplestreams(documents), ChecksumList.Find);
        var puller = new ImagePuller(catalogue, urlImport, images, shelf);
        var fetch = new ImageFetch(images, importer, logs.CreateLogger<ImageFetch>());
        var once = new Once(new RequestFolder(data.Requests, time), store, locks, time, logs.CreateLogger<Once>());
        var labels = new HostLabels(settings[HostName], settings.Words(SettingDefinitions.HostLabels));
        var diskMib = settings[HostDiskMib].Length > 0 ? settings.Number(HostDiskMib) : HostCapacity.UsualDiskMib(data.Vms);
        var room = new HostRoom(store, new HostCapacity(settings.Number(HostCpus), settings.Number(HostMemoryMib), diskMib));
        var cordon = new HostCordon(data);
        var expired = new ExpiredCommands();
        var admission = new VmAdmission(labels, cordon, room, shelf, firmware, defaults, catalogue.Parse);
        var nameAmongOthers = addresses.Count == 0 ? null : labels.Host;
        var table = CommandTable.Of(
            new CreateVm(
                images, shelf, catalogue, puller, fetch, store, locks, networks, users, vmUnits, starter, remover, history, defaults, firmware, bootLinks, labels, lingerAdvice, time, logs.CreateLogger<CreateVm>()),
            new StartVm(store, locks, starter, history, lingerAdvice),
            new StopVm(store, locks, stopper, history, background, time, grace),
            new RestartVm(store, locks, restarter, power, history, background, time, grace),
            new PauseVm(store, locks, power, history),
            new ResumeVm(store, locks, power, history),
            new WaitVm(store, locks, waiter, time),
            new DeleteVm(store, locks, stopper, remover, history),
            new ListVms(store, observer, nameAmongOthers),
            new ShowVm(store, locks, observer, systemd, vmUnits, users, images, runtime, nameAmongOthers),
            new WhyVm(store, locks, observer, systemd, history),
            logsVm,
            new FollowByQueue(watch, logsVm, followLogs, frames, background, time),
            connect,
            console,
            new ExecVm(store, locks, observer, agents, systemd, time),
            new ScreenshotVm(store, locks, observer, monitors, runtime),
            new Doctor(Checkups(), time),
            facts,
            new ImportImage(importer, urlImport, download, facts),
            new PullImage(catalogue, puller, facts),
            new CopyImage(images, shelf, facts),
            new DeleteImage(images, shelf, store),
            new Remotes(catalogueFile),
            new ThisHost(labels, room, cordon, data.Vms, accelerator.ToString().ToLowerInvariant(), expired, time),
            new OfferVm(admission),
            new SendImage(images, facts, background),
            once);
        sandbox.Begin();
        var me = new FleetHost
        {
            Name = labels.Host,
            Has = store.Has,
            Vms = () => [.. store.List().Select(vm => (vm.Id.ToString(), vm.Spec?.Name))],
            Admit = admission.TryAdmitAs,
            HasImage = admission.HasImage,
            Recall = once.RecallAsync,
            MadeLately = once.MadeLately,
            News = new VmNews(history, labels.Host).Listen,
        };
        using var brokerSide = addresses.Count == 0 ? null : new BrokerSide(me, new FleetMembers($"{data.Fleet}/hosts.json", labels.Host, time), time, logs);
        var router = new CommandRouter(table, labels.Host, brokerSide?.Fleet, expired, time, logs.CreateLogger<CommandRouter>());

        var repair = new UnitRepair(vmUnits, logs.CreateLogger<UnitRepair>());
        var leftovers = new Leftovers(units, own, orphans, users, logs.CreateLogger<Leftovers>());
        await new Reconciler(store, locks, remover, starter, repair, leftovers, monitors, networks, history, time, logs.CreateLogger<Reconciler>())
            .RunAsync(background.Adopt, stop);

        await importer.SweepAsync(conversion.SweepAsync, logs.CreateLogger<ImageImporter>());

        // The doors.
        var peers = new PeerCheck(host.UserId, accounts?.AdministratorGroupId, logs.CreateLogger<PeerCheck>());
        builder.WebHost.ConfigureKestrel(
            options => ApiServer.Listen(options, settings[Socket], peers, accounts?.AdministratorGroupId, logs.CreateLogger(nameof(ApiServer))));
        builder.WebHost.UseSockets(ApiServer.Configure);
        await using var app = builder.Build();
        var streams = new EventStream(frames);
        var upgrade = new GuestUpgrade(router, stopping.Token);
        var progress = new ProgressStream(router, streams, time, stopping.Token);
        ApiServer.Map(
            app,
            new CommandsEndpoint(router, progress, stopping.Token),
            new ConnectEndpoint(connect, router, upgrade),
            new ConsoleEndpoint(console, router, upgrade),
            new OtherwiseEndpoint(router));
        ApiServer.MapStreams(
            app,
            new EventsEndpoint(watch, router, streams, stopping.Token),
            new LogsEndpoint(logsVm, followLogs, router, streams, stopping.Token),
            new ImagesEndpoint(progress));
        await using var deliveries = new BackgroundWork(logs.CreateLogger<BackgroundWork>());
        var notifier = new Notifier(time, logs.CreateLogger<Notifier>());
        var keeper = new ConsoleLogs(store, monitors, time, logs.CreateLogger<ConsoleLogs>());
        var consoleLogs = keeper.RunAsync(stopping.Token);

        var away = new HistoryCatchUp(systemd, store, history, runtime, clock, logs.CreateLogger<HistoryCatchUp>());
        var tidying = once.TidyAsync(stopping.Token);

        // A pool that takes up work in time is the sign of life; whether systemd or a QEMU answers is no fault of ours.
        var watchdog = notifier.RunWatchdogAsync(token => Task.Run(() => true, token), stopping.Token);
        await ApiServer.StartAsync(app, settings[Socket], stop);
        ApiSocket.Protect(settings[Socket], accounts?.AdministratorGroupId);
        Notifier.Ready();
        var catchUp = Task.Run(() => away.RunAsync(stopping.Token), CancellationToken.None);
        var broker = brokerSide?.ServeAsync(
            [.. addresses.Select(address => new BrokerAccess(address, settings[BrokerCredentialsFile], brokerFiles))], brokerState, table.Keys, router, deliveries, stopping.Token) ?? Task.CompletedTask;

        using (var asked = CancellationTokenSource.CreateLinkedTokenSource(stop, app.Lifetime.ApplicationStopping))
        {
            await Task.Delay(Timeout.Infinite, asked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Notifier.Stopping();
        await ApiServer.StopAsync(app, stopping, time);
        await Task.WhenAll(watchdog, consoleLogs, tidying, broker, catchUp);
        return 0;

        static string? Named(string file) => file.Length > 0 ? file : null;

        IReadOnlyList<ICheckup> Checkups() =>
        [
            new QemuCheckup(processes, settings[SettingDefinitions.Qemu]),
            new AcceleratorCheckup(kvm, choice, accelerator, Environment.UserName, scope),
            new FirmwareCheckup(firmware),
            new SandboxCheckup(sandbox, scope),
            new SystemdCheckup(systemd),
            host.IsSystem ? new UsersCheckup(users) : new LingerCheckup(linger),
            new NetworkToolsCheckup(withBridge: settings[Bridge].Length > 0),
            new NetworkCheckup(systemd, networks, settings[Network]),
            new RoomCheckup(data.Path, host.RuntimeDirectory),
            new SocketCheckup(settings[Socket], runtime, scope),
            new PermissionsCheckup([data.Path, data.Images, data.Vms, data.Networks, units.Folder, host.RuntimeDirectory], host.UserId),
            new BrokerCheckup(brokerState, scope),
            new ClockCheckup(time),
            new LeftoversCheckup(orphans),
        ];
    }
}
