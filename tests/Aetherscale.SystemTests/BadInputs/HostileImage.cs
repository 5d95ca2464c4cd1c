using System.Buffers.Binary;
using System.Text;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>Files that someone drops into the image store; each is removed at the end of its test.</summary>
internal sealed class HostileImage(string imagesFolder) : IDisposable
{
    public const string Name = "hostile";

    public string Path { get; } = $"{imagesFolder}/{Name}.qcow2";

    /// <summary>A good image.</summary>
    public Task MakeAsync() => QemuImgAsync("create", "-q", "-f", "qcow2", Path, "1M");

    /// <summary>One whose missing clusters are read from elsewhere; qemu-img does not look whether that is there.</summary>
    public Task MakeOnAsync(string backing, string format) =>
        QemuImgAsync("create", "-q", "-u", "-f", "qcow2", "-F", format, "-b", backing, Path, "1M");

    public static async Task QemuImgAsync(params string[] arguments) =>
        (await Tool.RunAsync("/usr/bin/qemu-img", arguments)).Succeeded();

    /// <summary>Writes a big-endian number into the file.</summary>
    public void Put64(int offset, ulong value)
    {
        var number = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, value);
        Put(offset, number);
    }

    /// <summary>Overwrites a name that the file holds by another of the same length.</summary>
    public void Rename(string old, string name)
    {
        Assert.Equal(old.Length, name.Length);
        Put(File.ReadAllText(Path, Encoding.Latin1).IndexOf(old, StringComparison.Ordinal), Encoding.Latin1.GetBytes(name));
    }

    public void Cut(long length)
    {
        using var file = new FileStream(Path, FileMode.Open);
        file.SetLength(length);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path);
        }

        File.Delete(Path);
    }

    private void Put(int offset, byte[] bytes)
    {
        using var file = new FileStream(Path, FileMode.Open);
        file.Position = offset;
        file.Write(bytes);
    }
}
