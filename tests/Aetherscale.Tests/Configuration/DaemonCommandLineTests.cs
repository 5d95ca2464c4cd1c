using System.Net.Sockets;
using Aetherscale.Configuration;
using Aetherscale.Contract;

namespace Aetherscale.Tests.Configuration;

public sealed class DaemonCommandLineTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<Exception> Surroundings { get; } =
    [
        new AetherscaleException(ErrorCodes.SystemdUnavailable, "No user manager answers."),
        new IOException("The disk\nis broken."),
        new UnauthorizedAccessException("Access to the folder is denied."),
        new SocketException((int)SocketError.AccessDenied),
    ];

    [Theory]
    [MemberData(nameof(Surroundings), DisableDiscoveryEnumeration = true)]
    public async Task What_the_surroundings_refuse_is_no_mistake_in_the_settings(Exception refusal) =>
        Assert.Equal(1, await RunAsync(refusal));

    [Fact]
    public async Task A_mistake_in_the_settings_is_told_apart() =>
        Assert.Equal(2, await RunAsync(new SettingsException("Nothing can be there.")));

    public void Dispose() => _folder.Dispose();

    private Task<int> RunAsync(Exception refusal)
    {
        var host = new HostEnvironment(new Dictionary<string, string> { ["HOME"] = _folder.Path }, 7, "/opt/aetherscale");
        var reader = new SettingsReader(host, _folder["machine.toml"]);
        return new DaemonCommandLine(reader, (_, _) => Task.FromException<int>(refusal)).RunAsync([]);
    }
}
