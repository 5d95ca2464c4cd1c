using Aetherscale.Configuration;
using CsCheck;

namespace Aetherscale.Tests.Configuration;

/// <summary>Whatever a settings file holds, it is read or refused with a reason.</summary>
public sealed class SettingsFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whatever_the_file_holds_is_read_or_refused() =>
        Toml.Rubbish.Sample(ReadsOrRefuses, iter: 3000, threads: 1);

    [Theory]
    [InlineData("[", 20_000)]
    [InlineData("{", 20_000)]
    [InlineData("a.", 20_000)]
    [InlineData("a = [", 5_000)]
    [InlineData("network = \"x\"\n", 20_000)]
    [InlineData("\"", 100_000)]
    public void One_piece_many_times_is_no_trouble(string piece, int times) =>
        ReadsOrRefuses(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, times))));

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
                    Assert.All(SettingsFile.Read(file), read => Assert.Contains(read.Setting, SettingDefinitions.All));
                }
                catch (SettingsException refusal)
                {
                    Assert.NotEmpty(refusal.Message);
                }
            },
            perByte: 20_000,
            atLeast: 1_000_000);
    }
}
