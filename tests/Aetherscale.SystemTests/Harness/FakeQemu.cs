namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// A program in QEMU's place. It lies in /dev/shm, because a unit's sandbox shows neither /home nor the host's /tmp.
/// </summary>
internal sealed class FakeQemu : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _folder = Directory.CreateDirectory($"/dev/shm/aetherscale-test-{Guid.NewGuid():N}").FullName;

    /// <param name="script">The body of a shell script; <c>$QEMU</c> is the real one.</param>
    public FakeQemu(string script)
    {
        Path = _folder + "/qemu";
        Become(script);
    }

    public string Path { get; }

    /// <summary>What a daemon is told to have its VMs run by this.</summary>
    public Dictionary<string, string> Settings => new() { ["AETHERSCALE_QEMU"] = Path };

    /// <summary>Has later starts do something else.</summary>
    public void Become(string script)
    {
        var next = Path + ".next";
        File.WriteAllText(next, $"#!/bin/sh\nQEMU=/usr/bin/qemu-system-x86_64\n{script}\n");

        // In system mode VMs have users of their own.
        File.SetUnixFileMode(next, Executable);
        File.Move(next, Path, overwrite: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
