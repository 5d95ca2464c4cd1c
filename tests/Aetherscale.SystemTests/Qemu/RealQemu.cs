using System.Diagnostics;
using Aetherscale.Images;
using Aetherscale.Qemu;
using Aetherscale.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.SystemTests.Qemu;

/// <summary>
/// A real QEMU, started with the real command line in a folder whose name would trip any careless quoting.
/// </summary>
internal sealed class RealQemu : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private RealQemu(QemuConfiguration configuration, params string[] more)
    {
        Configuration = configuration;
        var argv = QemuCommandLine.Build(configuration);
        _process = Process.Start(new ProcessStartInfo(argv[0], [.. argv.Skip(1), .. more])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public QemuConfiguration Configuration { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts a machine whose disk begins with this boot sector; an empty one stays in the firmware.</summary>
    public static async Task<RealQemu> StartAsync(
        TestFolder folder, ReadOnlyMemory<byte> bootSector, CancellationToken cancellation, params string[] more)
    {
        var raw = folder["boot.raw"];
        var basePath = folder["base, 100%.qcow2"];
        await using (var file = File.Create(raw))
        {
            await file.WriteAsync(bootSector, cancellation);
            file.SetLength(1 << 20);
        }

        await folder.RunAsync("qemu-img", "convert", "-O", "qcow2", raw, basePath);
        var disk = folder["disk, one.qcow2"];
        Overlay.Create(disk, new BaseImage(default, basePath, 1 << 20, ""), 1 << 20);
        var qemu = new RealQemu(new QemuConfiguration
        {
            Binary = "/usr/bin/qemu-system-x86_64",
            VmId = "abcdefgh",
            Uuid = new Guid("6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
            Accelerator = Accelerator.Tcg,
            Mac = "52:54:00:12:34:56",
            MemoryMib = 64,
            Cpus = 1,
            DiskPath = disk,
            BasePath = basePath,
            QmpSocket = folder["qmp, 1.sock"],
            StopSocket = folder["stop, 1.sock"],
            AgentSocket = folder["qga, 1.sock"],
            ConsoleSocket = folder["console, 1.sock"],
            ConsoleLog = folder["console, 1.log"],
        }, more);
        while (!File.Exists(qemu.Configuration.ConsoleSocket))
        {
            Assert.False(qemu._process.HasExited, qemu._process.HasExited ? await qemu._errors : "");
            await Task.Delay(10, cancellation);
        }

        return qemu;
    }

    public async Task<QmpClient> ConnectAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await QmpClient.ConnectAsync(
                    Configuration.QmpSocket, TimeSpan.FromSeconds(10), TimeProvider.System, NullLogger.Instance,
                    cancellation);
            }
            catch (QmpException) when (!_process.HasExited)
            {
                // The socket is there a moment before QEMU listens on it.
                await Task.Delay(10, cancellation);
            }
            catch (QmpException)
            {
                Assert.Fail(await _errors);
            }
        }
    }

    /// <summary>Waits until the guest has printed this on its console.</summary>
    public async Task SawAsync(string text, CancellationToken cancellation)
    {
        while (!File.Exists(Configuration.ConsoleLog)
            || !(await File.ReadAllTextAsync(Configuration.ConsoleLog, cancellation))
                .Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, "QEMU ended");
            await Task.Delay(10, cancellation);
        }
    }

    public async Task<int> ExitCodeAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _errors;
        _process.Dispose();
    }
}
