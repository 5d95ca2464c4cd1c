using System.CommandLine;
using System.CommandLine.Parsing;
using Aetherscale.Cli.Output;
using Aetherscale.Cli.Verbs;
using Aetherscale.Contract;

namespace Aetherscale.Cli;

/// <summary>Turns what the parser found wrong into one message with the way to the right help page.</summary>
internal static class UsageErrors
{
    public static CliException Describe(ParseResult line)
    {
        var command = line.CommandResult.Command;
        var message = line.UnmatchedTokens is [var unknown, ..]
            ? Unknown(unknown, command)
            : line.Errors.Count > 0 ? Reword(line.Errors[0], command) : "a command is missing";
        return Failure(message, command);
    }

    /// <summary>The parser takes an option that it does not know for an argument, where one may stand.</summary>
    public static void RejectUnknownOptions(ParseResult line, Argument? free)
    {
        var words = line.CommandResult.Children.OfType<ArgumentResult>()
            .Where(argument => argument.Argument != free).SelectMany(argument => argument.Tokens);
        if (words.FirstOrDefault(word => word.Value.StartsWith('-') && word.Value != "-") is { } option)
        {
            throw Failure(Unknown(option.Value, line.CommandResult.Command), line.CommandResult.Command);
        }
    }

    /// <summary>The option is every verb's, this value of it is not.</summary>
    public static void RejectYaml(ParseResult line, bool verbWritesIt)
    {
        if (!verbWritesIt && line.GetValue<OutputFormat>("--output") == OutputFormat.Yaml)
        {
            throw Failure("--output yaml goes with show-vm only; take table or json", line.CommandResult.Command);
        }
    }

    private static CliException Failure(string message, Command command) => new(ExitCodes.Usage, message)
    {
        Advice = $"Try: {CliRoot.ProgramName} {(command is not Verb ? "" : $"{command.Name} ")}--help",
    };

    private static string Unknown(string token, Command command)
    {
        var isOption = token.StartsWith('-');
        var isVerb = !isOption && command is not Verb;
        IEnumerable<string> candidates = isOption ? OptionsOf(command)
            : isVerb ? command.Subcommands.Select(verb => verb.Name) : [];
        if (command is Verb && OfProgramOnly(command).Contains(token))
        {
            return $"{token} stands before the command: {CliRoot.ProgramName} {token} {command.Name}";
        }

        var near = NearestWord.NearestTo(token, candidates);
        var what = isOption ? "unknown option" : isVerb ? "unknown command" : "unexpected argument";
        return near is null ? $"{what} \"{token}\"" : $"{what} \"{token}\"; did you mean {near}?";
    }

    private static IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options))
            .Select(option => option.Name);

    /// <summary>What the program takes, and the verbs do not.</summary>
    private static IEnumerable<string> OfProgramOnly(Command command) =>
        command.Parents.OfType<Command>().SelectMany(parent => parent.Options).Where(option => !option.Recursive).Select(option => option.Name);

    private static string Reword(ParseError error, Command command) => error.SymbolResult switch
    {
        // The parser's own words for these name types of the program.
        OptionResult { Implicit: true } missing => $"{missing.Option.Name} {missing.Option.HelpName} is missing",
        ArgumentResult { Tokens.Count: 0, Parent: OptionResult option } => $"{option.Option.Name} needs a value",
        OptionResult { Tokens.Count: 0 } option when option.Option.Arity.MinimumNumberOfValues > 0 =>
            $"{option.Option.Name} needs a value",
        OptionResult { Tokens.Count: > 1, Option.Arity.MaximumNumberOfValues: 1 } option =>
            $"{option.Option.Name} was given more than once",
        ArgumentResult { Tokens.Count: 0, Argument: var missing } => $"{missing.HelpName ?? missing.Name} is missing",
        _ when command is not Verb => "a command is missing",
        _ => error.Message,
    };
}
