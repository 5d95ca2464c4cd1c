using System.Diagnostics;

namespace Aetherscale.Tests;

/// <summary>A temporary folder with a nasty name, short enough for Unix sockets in it.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ae ,%h$\"'é").FullName;

    public string this[string file] => System.IO.Path.Join(Path, file);

    public async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Path })!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
