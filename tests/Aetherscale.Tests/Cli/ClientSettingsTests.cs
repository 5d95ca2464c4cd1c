using Aetherscale.Cli;
using Aetherscale.Cli.Settings;
using CsCheck;

namespace Aetherscale.Tests.Cli;

/// <summary>The same file is the daemon's and the CLI's; whatever it holds, the CLI reads or refuses it.</summary>
public sealed class ClientSettingsTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whatever_the_file_holds_is_read_or_refused() => Toml.Rubbish.Sample(ReadsOrRefuses, iter: 3000, threads: 1);

    [Fact]
    public void A_file_that_ends_within_an_escape_is_refused() => ReadsOrRefuses("\"\\"u8.ToArray());

    private void ReadsOrRefuses(byte[] content)
    {
        var file = _folder["config.toml"];
        File.WriteAllBytes(file, content);
        Fuzzing.Bounded(
            content.Length,
            () =>
            {
                try
                {
                    _ = ClientSettings.Read(file);
                }
                catch (CliException refusal)
                {
                    Assert.Equal(2, refusal.ExitCode);
                }
            },
            perByte: 20_000,
            atLeast: 1_000_000);
    }
}
