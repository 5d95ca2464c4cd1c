using System.Globalization;
using Aetherscale.Files;
using Aetherscale.Qemu;
using Aetherscale.Systemd;
using Aetherscale.Systemd.Journal;

namespace Aetherscale.VirtualMachines.History;

/// <summary>
/// Keeps what can be had of a crash while it is fresh, in a folder of the VM's folder: the end of the console log, QEMU's and
/// systemd's last words, the unit's properties, and what the guest's screen showed where QEMU still answers.
/// </summary>
internal sealed class CrashBundles(
    SystemdManager systemd, VmMonitors monitors, RuntimeFolder runtime, HostClock clock, ILogger<CrashBundles> logger)
{
    /// <summary>How many crashes of a VM are kept.</summary>
    public const int Kept = 3;

    private const int ConsoleBytes = 16 * 1024;
    private const int JournalLines = 50;
    private const int MaxScreenBytes = 32 * 1024 * 1024;

    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>journald lags behind systemd.</summary>
    private static readonly TimeSpan s_journalLag = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan s_otherWay = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether it is worth a bundle: a crash, or a guest that was paused because something is wrong.</summary>
    public static bool IsCrash(VmTransition transition) => transition switch
    {
        { Event: TransitionKind.Crashed } => transition.Cause != TransitionCause.TooManyCrashes || transition.WhileAway == true,
        { Event: TransitionKind.Paused } => transition.Cause is not (TransitionCause.Request or TransitionCause.Outside),
        _ => false,
    };

    /// <summary>Makes the bundle of something that has just happened.</summary>
    /// <returns>Null when not even its folder could be made.</returns>
    public async Task<CrashBundle?> MakeAsync(VmId id, VmFolder folder, VmTransition crash)
    {
        var path = $"{folder.Crashes}/{crash.Time.ToUniversalTime().ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture)}";
        try
        {
            // One by one: the VM's own folder must not come back once it is deleted.
            Libc.MakeFolder(folder.Crashes, (uint)FolderMode);
            if (Libc.MakeFolder(path, (uint)FolderMode) != 0 && !Directory.Exists(folder.FolderPath))
            {
                return null;
            }

            var bundle = new BundleWriter(path);
            bundle.Add("console.log", "the console log", () => FileEnd.Read(folder.ConsoleLog, ConsoleBytes));
            var journal = await Task.Run(() => ReadJournal(id, crash.Time));
            bundle.Add("journal.log", "the journal", () => Text(journal.Select(line => $"{Moment(line.Time)} {line.Source}: {line.Text}")));
            await AddPropertiesAsync(bundle, id);
            await AddScreenAsync(bundle, id, crash);
            Prune(folder.Crashes);
            return bundle.Made;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            CrashLog.NotMade(logger, error, id);
            return null;
        }
    }

    private IReadOnlyList<JournalLine> ReadJournal(VmId id, DateTimeOffset crash)
    {
        using var journal = new UnitJournal(VmUnit.NameOf(id), systemd.Scope);
        journal.Wait(TimeSpan.Zero);
        var deadline = clock.Now + s_journalLag;
        while (true)
        {
            // The manager tells of each end, after QEMU's last words.
            var lines = journal.ReadLast(JournalLines, DateTimeOffset.MinValue);
            var isTold = lines.Any(line => line.Source == "systemd" && line.Time > crash - s_journalLag && line.JobType is null);
            if (isTold || clock.Now >= deadline || !journal.Wait(s_journalLag))
            {
                // They come by another way than systemd's, which may be the longer one.
                journal.Wait(s_otherWay);
                journal.Wait(s_otherWay);
                return journal.ReadLast(JournalLines, DateTimeOffset.MinValue);
            }
        }
    }

    private async Task AddPropertiesAsync(BundleWriter bundle, VmId id)
    {
        try
        {
            var unit = await systemd.GetUnitAsync(VmUnit.NameOf(id), CancellationToken.None);
            bundle.Add("unit.txt", "the unit's properties", () => Text(unit is null ? ["systemd has not loaded the unit"] : UnitSheet.Of(unit)));
        }
        catch (AetherscaleException error)
        {
            bundle.Miss("unit.txt", error.Message);
        }
    }

    private async Task AddScreenAsync(BundleWriter bundle, VmId id, VmTransition crash)
    {
        if (crash.Status != VmState.Paused || monitors.ClientOf(id) is not { } qemu)
        {
            bundle.Miss("screen.png", "QEMU has ended, and the guest's screen with it");
            return;
        }

        var (path, name, problem) = ($"{runtime.OfVm(id).FolderPath}/screen", "screen.png", "");
        foreach (var format in (string[])["png", "ppm"])
        {
            try
            {
                // In its own folder QEMU may write; it does not see ours.
                await qemu.ScreendumpAsync(path, format, CancellationToken.None);
                bundle.Add("screen." + format, "the guest's screen", () => FileEnd.Read(path, MaxScreenBytes));
                Beneath.Remove(path);
                return;
            }
            catch (Exception error) when (error is QmpException or TimeoutException)
            {
                problem = error.Message;
            }
        }

        bundle.Miss(name, $"QEMU says: {problem}");
    }

    /// <summary>The names are times: the last in order are the latest.</summary>
    private static void Prune(string crashes)
    {
        foreach (var old in Directory.GetDirectories(crashes).Order(StringComparer.Ordinal).SkipLast(Kept))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    private static byte[] Text(IEnumerable<string> lines) =>
        System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    private static string Moment(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

internal static partial class CrashLog
{
    [LoggerMessage(LogLevel.Warning, "What is left of the crash of VM {Vm} could not be kept")]
    public static partial void NotMade(ILogger logger, Exception error, VmId vm);
}
