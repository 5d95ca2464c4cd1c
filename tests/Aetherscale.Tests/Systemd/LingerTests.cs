using Aetherscale.Commands;
using Aetherscale.Processes;
using Aetherscale.Systemd;

namespace Aetherscale.Tests.Systemd;

/// <summary>Lingering as logind's files tell it, and what requesters hear of it.</summary>
public sealed class LingerTests : IDisposable
{
    private readonly TestFolder _linger = new();
    private readonly TestFolder _users = new();

    public void Dispose()
    {
        _linger.Dispose();
        _users.Dispose();
    }

    [Fact]
    public void A_user_who_lingers_is_told_nothing()
    {
        File.WriteAllText(_linger["web"], "");
        File.WriteAllText(_users["1234"], "");

        Assert.Null(Advice.Hint());
        Assert.Equal("VM was already started", Advice.After("VM was already started"));
    }

    [Fact]
    public void A_user_who_does_not_is_told_what_that_means_and_the_one_command()
    {
        File.WriteAllText(_users["1234"], "");

        const string Hint = "User \"web\" does not linger: VMs end at the last logout and do not start at boot. Change that with: loginctl enable-linger web";
        Assert.Equal(Hint, Advice.Hint());
        Assert.Equal("VM was already started. " + Hint, Advice.After("VM was already started"));
    }

    [Fact]
    public async Task Without_a_logind_nothing_is_said_until_lingering_is_asked_for()
    {
        Assert.Null(Advice.Hint());
        Assert.StartsWith(
            "No logind looks after user \"web\" here",
            await Advice.HintAsync(enable: true, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_loginctl_cannot_do_is_told_with_its_words()
    {
        File.WriteAllText(_users["1234"], "");

        // No machine has a user of this name.
        var hint = await Advice.HintAsync(enable: true, TestContext.Current.CancellationToken);

        Assert.StartsWith("Lingering could not be enabled: ", hint);
        Assert.EndsWith(". As an administrator: loginctl enable-linger web", hint);
        Assert.DoesNotContain("\n", hint);
    }

    private LingerAdvice Advice => new(
        new Linger("web", 1234, new ProcessRunner()) { LingerFolder = _linger.Path, UsersFolder = _users.Path }, TimeProvider.System);
}
