using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.SystemTests.BadInputs;

/// <summary>Rows 1–8: what is no image name never becomes part of a path.</summary>
[Collection(BadInputsRun.Name)]
public sealed class ImageNameTests(BadInputsHost inputs)
{
    [Theory]
    [InlineData("../polite")]
    [InlineData("../images/polite")]
    [InlineData("sha256/polite")]
    [InlineData("polite/")]
    [InlineData("./polite")]
    [InlineData("/etc/passwd")]
    [InlineData("//polite")]
    public Task A01_An_image_name_that_is_a_path_is_refused(string image) => RefusesNameAsync(image);

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-x")]
    [InlineData("--help")]
    [InlineData(".polite")]
    [InlineData("_polite")]
    public Task A02_An_empty_hidden_or_option_like_image_name_is_refused(string image) => RefusesNameAsync(image);

    [Fact]
    public async Task A02_No_image_name_at_all_is_refused()
    {
        await inputs.RefusesAsync(BadInputsHost.CreateVm(""), BadName, "1 to 64 letters");
        await inputs.CliUsageErrorAsync("--image needs a value", "create-vm", "--image=");
    }

    [Theory]
    [InlineData("pol\nite")]
    [InlineData("pol\rite")]
    [InlineData("polite\tx")]
    [InlineData("pol\u202eite")]
    [InlineData("pol\u2066ite\u2069")]
    [InlineData("\u200fpolite")]
    [InlineData("polite\u2028")]
    [InlineData("pol\u001b[31mite")]
    [InlineData("politе")] // The last letter is Cyrillic.
    public Task A03_Line_ends_controls_and_foreign_letters_in_an_image_name_are_refused(string image) => RefusesNameAsync(image);

    [Theory]
    [InlineData("polite\n")]
    [InlineData("polite\r\n")]
    [InlineData("\npolite")]
    [InlineData("polite ")]
    public Task A04_A_line_end_after_a_good_image_name_is_refused(string image) => RefusesNameAsync(image);

    [Theory]
    [InlineData("%h")]
    [InlineData("$HOME")]
    [InlineData("polite\"")]
    [InlineData("'polite'")]
    [InlineData("polite\\")]
    [InlineData("polite;id")]
    [InlineData("$(id)")]
    [InlineData("`id`")]
    [InlineData("~")]
    [InlineData("polite*")]
    public Task A05_What_units_and_shells_expand_is_no_image_name(string image) => RefusesNameAsync(image);

    [Theory]
    [InlineData("polite,format=raw")]
    [InlineData("json:{}")]
    [InlineData("json:{\"driver\":\"nbd\",\"host\":\"127.0.0.1\"}")]
    [InlineData("nbd:127.0.0.1:10809")]
    [InlineData("file=polite")]
    [InlineData("nbd:x")]
    [InlineData("debian:12,format=raw")]
    public Task A06_What_QEMU_would_take_for_options_is_no_image_name(string image) => RefusesNameAsync(image);

    [Theory]
    [InlineData(65)]
    [InlineData(255)]
    [InlineData(5000)]
    public Task A07_An_image_name_over_64_characters_is_refused(int length) => RefusesNameAsync(new string('a', length));

    [Fact]
    public async Task A07_An_image_name_of_64_characters_is_only_not_found() =>
        await inputs.RefusesImageAsync(new string('a', 64), ImageNotFound, "not found");

    [Fact]
    public Task A08_An_absent_image_is_not_found_and_the_present_ones_are_named() => inputs.RefusesImageAsync(
        "absent", ImageNotFound, "\"absent\"", $"there are: {BadInputsHost.Image}", "import-image");

    private async Task RefusesNameAsync(string image)
    {
        await inputs.RefusesAsync(BadInputsHost.CreateVm(image), BadName, "1 to 64 letters, digits, dots, hyphens and underscores");
        await inputs.CliRefusedAsync(BadName, "create-vm", $"--image={image}");
    }
}
