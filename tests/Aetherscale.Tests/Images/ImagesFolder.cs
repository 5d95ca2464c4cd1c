using System.Diagnostics;
using Aetherscale.Images;

namespace Aetherscale.Tests.Images;

/// <summary>An images folder of its own for each test, with the real qemu-img and qemu-io to fill it.</summary>
internal sealed class ImagesFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aetherscale images, ").FullName;

    public string this[string file] => System.IO.Path.Join(Path, file);

    public static ImageName Name(string text) =>
        ImageName.TryParse(text, out var name) ? name : throw new ArgumentException(text);

    public string Create(string file, string size = "64M", params string[] options)
    {
        Run("qemu-img", ["create", "-q", "-f", "qcow2", .. options, this[file], size]);
        return this[file];
    }

    /// <summary>Runs the program in this folder to its end and returns what it printed.</summary>
    public string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors.Result}");
        return output;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
