using Aetherscale.Commands.Checkups;
using Aetherscale.Contract.Commands;
using Aetherscale.Processes;
using Aetherscale.Systemd;
using Aetherscale.VirtualMachines;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aetherscale.Tests.Commands.Checkups;

/// <summary>What is wrong with a host comes with the command that mends it.</summary>
public sealed class MendTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SystemdManager _nobody;

    public MendTests() => _nobody = new SystemdManager(
        new SystemdAddress(_folder.Path) { CallDeadline = TimeSpan.FromMilliseconds(200) }, NullLogger<SystemdManager>.Instance, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _nobody.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_runtime_folder_with_too_long_a_path_is_left_for_the_usual_one()
    {
        var longest = await OnlyAsync(new SocketCheckup("/run/user/1/api.sock", new RuntimeFolder("/run/" + new string('a', 90)), SystemdScope.User));

        Assert.Equal(("fail", "XDG_RUNTIME_DIR=/run/user/$(id -u) systemctl --user restart aetherscale"), (longest.Status, longest.Mend));
        Assert.Null((await OnlyAsync(new SocketCheckup("/run/user/1/api.sock", new RuntimeFolder("/run/user/1"), SystemdScope.User))).Mend);
    }

    [Fact]
    public async Task A_user_manager_that_is_not_there_is_started()
    {
        var finding = await OnlyAsync(new SystemdCheckup(_nobody));

        Assert.Equal(("fail", "sudo systemctl start user@$(id -u).service"), (finding.Status, finding.Mend));
        Assert.StartsWith("No systemd user manager answers", finding.Found);
    }

    [Theory]
    [InlineData("247.3-7+deb11u6", "fail", "sudo apt-get update && sudo apt-get install systemd")]
    [InlineData("249", "ok", null)]
    [InlineData("252.39-1~deb12u2", "ok", null)]
    public void An_old_systemd_is_updated(string version, string status, string? mend)
    {
        var finding = new SystemdCheckup(_nobody).Judge(version);

        Assert.Equal((status, mend), (finding.Status, finding.Mend));
    }

    [Theory]
    [InlineData("5.2.0", "fail")]
    [InlineData("7.2.22", "ok")]
    public async Task An_old_QEMU_is_updated(string version, string status)
    {
        var qemu = _folder["qemu"];
        await File.WriteAllTextAsync(qemu, $"#!/bin/sh\necho QEMU emulator version {version}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(qemu, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var finding = await OnlyAsync(new QemuCheckup(new ProcessRunner(), qemu));

        Assert.Equal(status, finding.Status);
        Assert.Equal(status == "ok" ? null : "sudo apt-get update && sudo apt-get install qemu-system-x86", finding.Mend);
        Assert.Contains(version, finding.Found);
    }

    [Fact]
    public void What_keeps_the_sandbox_off_is_switched()
    {
        var sandbox = new SandboxCheckup(null!, SystemdScope.User, _folder.Path);
        Assert.Equal("sudo mkdir -p -m 0700 /run/systemd/unit-root && systemctl --user restart aetherscale", sandbox.Mend());

        Directory.CreateDirectory(_folder["run/systemd/unit-root"]);
        Assert.Null(sandbox.Mend());

        Directory.CreateDirectory(_folder["proc/sys/user"]);
        File.WriteAllText(_folder["proc/sys/user/max_user_namespaces"], "0\n");
        Assert.Equal("sudo sysctl -w user.max_user_namespaces=15000 && systemctl --user restart aetherscale", sandbox.Mend());
    }

    private static async Task<DoctorFinding> OnlyAsync(ICheckup checkup) =>
        Assert.Single(await checkup.LookAsync(TestContext.Current.CancellationToken));
}
