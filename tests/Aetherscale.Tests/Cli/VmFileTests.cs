using System.Text.Json;
using Aetherscale.Cli;
using Aetherscale.Cli.VmFiles;
using Aetherscale.Contract;
using Aetherscale.Contract.Commands;
using CsCheck;

namespace Aetherscale.Tests.Cli;

/// <summary>A VM described in YAML: what is taken, what is refused and where, and that what is printed is read as it was.</summary>
public sealed class VmFileTests
{
    private const string Whole = """
        # what the database runs on
        image: debian:12
        name: db
        cpus: 2
        memory: 1.5G
        disk: "40G"
        ssh-keys:
          - ssh-ed25519 AAAA ann@desk
          - 'ssh-rsa BBBB carl: home'
        hostname: 010
        user-data: |
          #cloud-config
          packages: [nginx]   # kept

        network-config: ""
        init-script: "#!/bin/sh\necho \u00fc\n"
        graphics: vnc
        firmware: uefi
        no-start: true
        autostart: always
        restart: never
        enable-linger: false
        labels: [ssd, zone=a]
        wait: true
        """;

    [Fact]
    public void Every_member_of_the_wire_is_a_key() => Assert.Equal(
        """
        {"image":"debian:12","name":"db","cpus":2,"memory":1536,"disk":40960,"ssh-keys":["ssh-ed25519 AAAA ann@desk","ssh-rsa BBBB carl: home"],"hostname":"010","user-data":"#cloud-config\npackages: [nginx]   # kept\n","network-config":"","init-script":"#!/bin/sh\necho ü\n","graphics":"vnc","firmware":"uefi","no-start":true,"autostart":"always","restart":"never","enable-linger":false,"labels":["ssd","zone=a"],"wait":true}
        """,
        Json(Parse(Whole)));

    [Fact]
    public void The_example_above_has_them_all() =>
        Assert.All(VmMember.All.Keys, key => Assert.Contains($"\n{key}:", Whole, StringComparison.Ordinal));

    [Theory]
    [InlineData("", 1, 1, "the file is empty; write at least a line such as \"image: debian:12\"")]
    [InlineData("# nothing\n", 2, 1, "the file is empty; write at least a line such as \"image: debian:12\"")]
    [InlineData("---\n", 2, 2, "this is no description of a VM; write a line KEY: VALUE for each option, such as \"image: debian:12\"")]
    [InlineData("tiny", 1, 1, "this is no description of a VM; write a line KEY: VALUE for each option, such as \"image: debian:12\"")]
    [InlineData("- image: tiny", 1, 1, "this is no description of a VM; write a line KEY: VALUE for each option, such as \"image: debian:12\"")]
    [InlineData("\nname: web", 2, 1, "\"image\" is missing; add a line such as \"image: debian:12\", or give --image")]
    [InlineData("image: tiny\nmemroy: 2G", 2, 1, "unknown key \"memroy\"; did you mean \"memory\"?")]
    [InlineData("image: tiny\nssh-key: x", 2, 1, "unknown key \"ssh-key\"; did you mean \"ssh-keys\"?")]
    [InlineData("image: tiny\ncpus: 1\n\ncpus: 2", 4, 1, "\"cpus\" stands in line 2 already; remove one of the two")]
    [InlineData("image: tiny\n? [a]\n: b", 2, 3, "a key is one word, such as \"image\"")]
    [InlineData("image: tiny\ncpus: two", 2, 7, "\"cpus\" takes a whole number from 1 to 255, not \"two\"")]
    [InlineData("image: tiny\ncpus: 256", 2, 7, "\"cpus\" takes a whole number from 1 to 255, not \"256\"")]
    [InlineData("image: tiny\ncpus: \"2\"", 2, 7, "\"cpus\" takes a whole number from 1 to 255, not the text \"2\"")]
    [InlineData("image: tiny\nmemory: 4GB", 2, 9, "\"memory\" takes a size in MiB or with a suffix (512M, 4G, 1.5GiB), not \"4GB\"")]
    [InlineData("image: tiny\ndisk: [40G]", 2, 7, "\"disk\" takes a size in MiB or with a suffix (512M, 4G, 1.5GiB), not a list")]
    [InlineData("image: tiny\nno-start: yes", 2, 11, "\"no-start\" takes true or false, not \"yes\"")]
    [InlineData("image: tiny\nno-start: 'true'", 2, 11, "\"no-start\" takes true or false, not the text \"true\"")]
    [InlineData("image: tiny\nautostart: on", 2, 12, "\"autostart\" takes always, last-state or never, not \"on\"")]
    [InlineData("image: tiny\ngraphics: spice", 2, 11, "\"graphics\" takes vnc, not \"spice\"")]
    [InlineData("image: tiny\nname:\ncpus: 1", 2, 6, "\"name\" takes a text, not nothing")]
    [InlineData("image: tiny\nname: ~", 2, 7, "\"name\" takes a text, not nothing")]
    [InlineData("image:\n  name: tiny", 2, 3, "\"image\" takes a text, not keys of its own")]
    [InlineData("image: tiny\nssh-keys: none", 2, 11, "\"ssh-keys\" takes a list: [] for none, or for each text a line below it that begins with \"- \", not \"none\"")]
    [InlineData("image: tiny\nssh-keys:\n  - a\n  - [b]", 4, 5, "an item of \"ssh-keys\" is a text, not a list")]
    [InlineData("image: tiny\nssh-keys: [a, null]", 2, 15, "an item of \"ssh-keys\" is a text, not nothing")]
    [InlineData("image: &i tiny", 1, 8, "the anchor &i is not taken here; remove it")]
    [InlineData("image: tiny\nname: *i", 2, 7, "the alias *i is not taken here; write out what it stands for")]
    [InlineData("image: !!str tiny", 1, 8, "the tag tag:yaml.org,2002:str is not taken here; remove it")]
    [InlineData("!vm\nimage: tiny", 1, 1, "the tag !vm is not taken here; remove it")]
    [InlineData("image: tiny\n---\nimage: tiny", 2, 1, "a second document begins here; put each VM into a file of its own")]
    [InlineData("image: tiny\nname: 0123456789012345678901234567890123456789x\ncpus: 0123456789012345678901234567890123456789x", 3, 7,
        "\"cpus\" takes a whole number from 1 to 255, not \"0123456789012345678901234567890123456789…\"")]
    public void What_is_wrong_is_told_with_its_place(string text, int line, int column, string what)
    {
        var error = Assert.Throws<CliException>(() => Parse(text));
        Assert.Equal($"vm.yaml:{line}:{column}: {what}", error.Message);
        Assert.Equal(2, error.ExitCode);
    }

    [Theory]
    [InlineData("image: tiny\n\tname: a", 2, 1, "a tab stands where YAML wants spaces; set lines in by spaces")]
    [InlineData("image: 'tiny", 1, 8, "this is no YAML: while scanning a quoted scalar, found unexpected end of stream")]
    [InlineData("image: tiny\n name: a", 2, 6, "this is no YAML: while scanning a plain scalar value, found invalid mapping")]
    [InlineData("image: @tiny", 1, 8, "this is no YAML: while scanning for the next token, found character that cannot start any token")]
    [InlineData("ssh-keys: [a\nimage: b", 1, 11, "this is no YAML from here on")]
    [InlineData("image: \"\\ud800\"", 1, 8, "this is no YAML: while scanning a quoted scalar, found invalid Unicode surrogates")]
    [InlineData("image: tiny\nuser-data: |\n  a\n b\n", 4, 2, "this is no YAML: while parsing a block mapping, did not find expected key")]
    [InlineData("image: !![", 1, 6, "this is no YAML from here on")]
    public void What_is_no_YAML_is_told_with_its_place(string text, int line, int column, string what)
    {
        var error = Assert.Throws<CliException>(() => Parse(text));
        Assert.StartsWith($"vm.yaml:{line}:{column}: {what}", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void Depth_costs_nothing()
    {
        Assert.Equal("vm.yaml:1:1: this is no description of a VM; write a line KEY: VALUE for each option, such as \"image: debian:12\"",
            Assert.Throws<CliException>(() => Parse(new string('[', VmFile.MaxBytes))).Message);
        Assert.Throws<CliException>(() => Parse("image: " + new string('{', VmFile.MaxBytes)));
        Assert.Throws<CliException>(() => Parse("image: tiny\nuser-data:\n" + string.Concat(Enumerable.Repeat("- ", 100_000))));
    }

    [Fact]
    public void An_image_given_beside_it_may_be_missing_in_it() =>
        Assert.Equal("""{"image":"tiny","name":"web","no-start":false}""", Json(VmFile.Parse("vm.yaml", "name: web", "tiny")));

    [Fact]
    public void The_printed_file_is_short_and_plain() => Assert.Equal(
        """
        image: debian_12
        name: db
        memory: 1536M
        disk: 40G
        ssh-keys:
          - ssh-ed25519 AAAA ann@desk
          - "ssh-rsa BBBB carl: home \\ \"x\""
        hostname: "010"
        user-data: |
          #cloud-config
          write_files:

          	- {}
        network-config: "\x1b[31mversion: 2\n"
        init-script: |-
          #!/bin/sh
          exit
        autostart: always

        """,
        Text(new CreateVmOptions
        {
            Image = "debian_12",
            Name = "db",
            Memory = 1536,
            Disk = 40960,
            SshKeys = ["ssh-ed25519 AAAA ann@desk", "ssh-rsa BBBB carl: home \\ \"x\""],
            Hostname = "010",
            UserData = "#cloud-config\nwrite_files:\n\n\t- {}\n",
            NetworkConfig = "\e[31mversion: 2\n",
            InitScript = "#!/bin/sh\nexit",
            Autostart = "always",
        }));

    [Fact]
    public void Whatever_a_VM_is_told_is_read_back_from_the_printed_file() => Gen.Select(Gen.OneOf(s_text, s_yamlish), s_text.List[0, 3], Gen.Int[1, 1 << 22]).Sample(
        (text, keys, size) =>
        {
            var vm = new CreateVmOptions { Image = "tiny", Hostname = text, UserData = text, InitScript = $"#!{text}", SshKeys = keys, Memory = size, Disk = size };
            Assert.Equal(Json(vm), Json(Parse(Text(vm))));
        },
        iter: 3_000);

    private static readonly Gen<string> s_text = Gen.String[Gen.Char['\u0001', '\ud7ff'], 0, 20];

    private static readonly Gen<string> s_yamlish = Gen.String[Gen.Char[" \n\t\r:-#|>'\"\\[]{}&*!%@`~,?ab0.\u0085\u2028\ufeff"], 0, 20];

    [Fact]
    public void No_text_is_anything_but_read_or_refused() => s_yamlish.Sample(
        text =>
        {
            try
            {
                Parse("image: tiny\nuser-data: " + text);
            }
            catch (CliException error)
            {
                Assert.Matches(@"\Avm\.yaml:\d+:\d+: ", error.Message);
            }
        },
        iter: 3_000);

    private static CreateVmOptions Parse(string text) => VmFile.Parse("vm.yaml", text, image: null);

    private static string Text(CreateVmOptions vm) => string.Concat(VmFileText.Lines(vm).Select(line => line + "\n"));

    private static string Json(CreateVmOptions vm) => JsonSerializer.Serialize(vm, ContractJson.Wire.CreateVmOptions);
}
