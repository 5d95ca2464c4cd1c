using System.Reflection;
using System.Text.RegularExpressions;
using Aetherscale.SystemTests.Harness;

namespace Aetherscale.SystemTests;

/// <summary>
/// The tables of bad inputs (A) and faults (B), docs/reliability.md: each of their rows has a test whose name begins with it.
/// </summary>
public sealed partial class RowsTests
{
    /// <summary>Rows without a test, and why.</summary>
    private static readonly Dictionary<string, string> s_without = new()
    {
        ["A35"] = "there is no TCP listener",
    };

    [Fact]
    public void Every_row_has_a_test()
    {
        var rows = Enumerable.Range(1, 40).Select(number => $"A{number:00}").Concat(Enumerable.Range(1, 38).Select(number => $"B{number:00}"));
        var tested = typeof(RowsTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is not null)
            .Select(method => RowPattern().Match(method.Name))
            .Concat(Directory.GetFiles($"{TestEnvironment.Sources}/tests/hosts", "*.sh").SelectMany(file => CheckPattern().Matches(File.ReadAllText(file))))
            .Where(match => match.Success)
            .Select(match => match.Value)
            .ToHashSet();

        Assert.Equal(s_without.Keys.Order(), rows.Where(row => !tested.Contains(row)).Order());
    }

    /// <summary>Whole hosts are tested by scripts.</summary>
    [GeneratedRegex("(?<=check \")[AB][0-9]{2}(?= )")]
    private static partial Regex CheckPattern();

    [GeneratedRegex("^[AB][0-9]{2}(?=_)")]
    private static partial Regex RowPattern();
}
