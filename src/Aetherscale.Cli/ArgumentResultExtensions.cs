using System.CommandLine.Parsing;
using System.Globalization;

namespace Aetherscale.Cli;

/// <summary>Values of options, with messages that say what is expected.</summary>
internal static class ArgumentResultExtensions
{
    /// <summary>Records a usage error; the returned default is never looked at.</summary>
    public static T? Fail<T>(this ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }

    /// <summary>A whole number in the given bounds.</summary>
    public static int? Number(this ArgumentResult result, string option, int least, int most)
    {
        var text = result.Tokens[0].Value;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : result.Fail<int?>($"{option} takes a whole number from {least} to {most}, not \"{text}\"");
    }
}
