using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Aetherscale.Files;
using Aetherscale.Qemu;
using Aetherscale.Systemd;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.VirtualMachines;

/// <summary>
/// Converts an image by <c>qemu-img</c>, in a unit of its own with the sandbox of VMs: no network, no home, and of the disk only the
/// folder of the two files.
/// </summary>
/// <param name="systemd">Runs the program.</param>
/// <param name="units">Units until the next boot: <c>$XDG_RUNTIME_DIR/systemd/user</c>.</param>
/// <param name="sandbox">Knows what this host can enforce.</param>
/// <param name="dataFolder">Tells this daemon's conversions from others'.</param>
/// <param name="privateFolders">As in <see cref="VmUnitDescription"/>.</param>
/// <param name="user">As whom the program runs; null in user mode.</param>
internal sealed class ImageConversion(
    SystemdManager systemd, UnitFolder units, SandboxProbe sandbox, string dataFolder, IReadOnlyList<string> privateFolders, VmUser? user)
{
    private const string Program = "/usr/bin/qemu-img";
    private const int MaximumWords = 300;

    // Not "aetherscale-…": nobody who looks for our units, we included, is to meet it.
    private readonly string _prefix =
        $"import-aetherscale-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..12]}";

    /// <summary>Makes a qcow2 file of a VMDK.</summary>
    /// <param name="source">In a folder that holds nothing else, and that lies in one of which the same is true.</param>
    /// <param name="target">In the same folder; not there yet.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="AetherscaleException"><c>image-unsafe</c>: qemu-img cannot read it, and says why.</exception>
    public async Task ConvertVmdkAsync(string source, string target, CancellationToken cancellationToken)
    {
        // Each file's format is named, and that nothing lies behind it.
        var file = "json:" + new JsonObject
        {
            ["driver"] = "vmdk",
            ["backing"] = null,
            ["file"] = new JsonObject { ["driver"] = "file", ["filename"] = source },
        }.ToJsonString();
        var folder = Path.GetDirectoryName(source)!;
        if (user is not null)
        {
            VmUsers.Give(source, user.UserId);
            VmUsers.GiveFolder(folder, user.UserId);
        }

        // What lies past the end of a file that was cut off would be read as zeros; only the check tells.
        await RunAsync([Program, "check", "-q", file], folder, cancellationToken);
        await RunAsync([Program, "convert", "-O", "qcow2", file, target], folder, cancellationToken);
        if (user is not null)
        {
            VmUsers.GiveFolder(folder, Libc.GetEffectiveUserId());
            VmUsers.Give(target, Libc.GetEffectiveUserId());
        }
    }

    /// <summary>Ends what a killed daemon left running.</summary>
    public async Task SweepAsync()
    {
        if (!Directory.Exists(units.Folder))
        {
            return;
        }

        foreach (var path in Directory.GetFiles(units.Folder, _prefix + "-*"))
        {
            units.Remove(Path.GetFileName(path));
            await ForgetAsync(Path.GetFileName(path));
        }
    }

    private async Task RunAsync(IReadOnlyList<string> command, string folder, CancellationToken cancellationToken)
    {
        var unit = $"{_prefix}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.service";

        // PID 1 opens it as root, and follows links: not in the folder where a program that was broken into could have put one.
        var words = $"{Path.GetDirectoryName(folder)}/words";
        var form = await sandbox.FormAsync(cancellationToken);
        units.Write(unit, Render(command, folder, words, form));
        try
        {
            if (await systemd.StartUnitAsync(unit, cancellationToken) != JobResult.Done)
            {
                throw new AetherscaleException(ImageUnsafe, $"the source cannot be used as an image: {WordsIn(words)}");
            }
        }
        finally
        {
            units.Remove(unit);
            await ForgetAsync(unit);
        }
    }

    private async Task ForgetAsync(string unit)
    {
        try
        {
            await systemd.StopUnitAsync(unit, CancellationToken.None);
            await systemd.ResetFailedAsync(unit, CancellationToken.None);
        }
        catch (AetherscaleException)
        {
            // systemd does not know it any more, or does not answer: it ends by itself.
        }
    }

    private string Render(IReadOnlyList<string> command, string folder, string words, SandboxForm form)
    {
        var text = new UnitText()
            .Section("Unit")
            .Description("aetherscale converts an image")
            .Section("Service")
            .Set("Type", "oneshot")
            .Set("TimeoutStartSec", "3600")
            .Command("ExecStart", command)
            .Set("StandardOutput", "null")
            .Set("StandardError", "truncate:" + words.Replace("%", "%%", StringComparison.Ordinal))
            .Set("LogLevelMax", "notice")
            .Confine(form, Accelerator.Tcg, privateFolders, user);
        return (form == SandboxForm.NoNamespaces ? text : text.Set("BindPaths", UnitEscaper.BindPath(folder))).Build();
    }

    private static string WordsIn(string path)
    {
        try
        {
            var words = Encoding.UTF8.GetString(FileEnd.Read(path, MaximumWords)).Trim();
            return words.Length == 0 ? "qemu-img was ended" : $"qemu-img says: {Quoted.Plain(words)}";
        }
        catch (IOException)
        {
            return "qemu-img could not be started";
        }
    }
}
