using System.Text.Json.Nodes;

namespace Aetherscale.SystemTests.Harness;

/// <summary>
/// The users of docs/broker-security.md: a shell runs its very lines, and what they tell rabbitmqctl goes to the broker at once, which takes a
/// second instead of one for each.
/// </summary>
internal static class BrokerUsers
{
    /// <summary>Of each of them.</summary>
    public const string Password = "pw";

    /// <summary>Who sends commands.</summary>
    public const string Client = "alice";

    /// <summary>Who follows events.</summary>
    public const string Watcher = "watcher";

    /// <summary>Has the CLI take them from a file.</summary>
    public const string CredentialsVariable = "AETHERSCALE_CLIENT_BROKER_CREDENTIALS_FILE";

    private const string Shell = """
        set -eu
        sudo() { "$@"; }
        rabbitmqctl() { printf '%s\n' "$@" ''; }
        """;

    /// <summary>Adds a user for each host, called as it is, and those that the documentation calls <see cref="Client"/> and <see cref="Watcher"/>.</summary>
    public static async Task AddAsync(Broker broker, string virtualHost, params string[] hosts)
    {
        var blocks = Blocks("sh").Where(block => block.Contains("rabbitmqctl")).ToList();
        var forHosts = Assert.Single(blocks, block => block.Contains("host='h1'"));
        string[] scripts = [.. hosts.Select(host => forHosts.Replace("h1", host)), .. blocks.Where(block => block != forHosts)];
        var told = (await Tool.RunAsync("/bin/sh", "-c", $"{Shell}\n{string.Join('\n', scripts)}")).Succeeded().Output;
        var (users, permissions, topics) = (new JsonArray(), new JsonArray(), new JsonArray());
        foreach (var call in told.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            switch (call.Split('\n'))
            {
                case ["add_user", var user]:
                    users.Add(new JsonObject { ["name"] = user, ["password"] = Password, ["tags"] = "" });
                    break;
                case ["set_permissions", var user, var configure, var write, var read]:
                    permissions.Add(new JsonObject
                    {
                        ["user"] = user, ["vhost"] = virtualHost, ["configure"] = configure, ["write"] = write, ["read"] = read,
                    });
                    break;
                case ["set_topic_permissions", var user, var exchange, var write, var read]:
                    topics.Add(new JsonObject
                    {
                        ["user"] = user, ["vhost"] = virtualHost, ["exchange"] = exchange, ["write"] = write, ["read"] = read,
                    });
                    break;
                default:
                    Assert.Fail($"Of docs/broker-security.md, this is not understood here: {call}");
                    break;
            }
        }

        using var folder = new TemporaryFolder();
        var file = $"{folder.Path}/definitions.json";
        var definitions = new JsonObject { ["users"] = users, ["permissions"] = permissions, ["topic_permissions"] = topics };
        await File.WriteAllTextAsync(file, definitions.ToJsonString());
        await broker.ControlAsync("import_definitions", file);
    }

    /// <summary>Runs the CLI as one of them.</summary>
    /// <param name="url">The broker's, without a user.</param>
    /// <param name="user">Who.</param>
    /// <param name="settings">More <c>AETHERSCALE_…</c> variables.</param>
    /// <param name="arguments">What comes after <c>--broker URL</c>.</param>
    public static async Task<ToolResult> CliAsync(
        string url, string user, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var file = await WriteCredentialsAsync(folder, user);
        return await Tool.RunAsync(
            $"{TestEnvironment.Programs}/aetherscale-cli",
            ["--broker", url, .. arguments],
            new Dictionary<string, string>(settings) { [CredentialsVariable] = file });
    }

    /// <summary>Writes the file that the CLI's variable names.</summary>
    /// <returns>Its path.</returns>
    public static async Task<string> WriteCredentialsAsync(TemporaryFolder folder, string user)
    {
        var file = $"{folder.Path}/credentials";
        await File.WriteAllTextAsync(file, $"{user}:{Password}");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    /// <summary>What the documentation has in such blocks.</summary>
    public static IEnumerable<string> Blocks(string language) => File.ReadAllText($"{TestEnvironment.Sources}/docs/broker-security.md")
        .Split("```").Where((_, number) => number % 2 == 1)
        .Where(block => block.StartsWith($"{language}\n", StringComparison.Ordinal)).Select(block => block[(language.Length + 1)..]);
}
