#include "evaluators/iqa/niqe_model.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <cstring>
#include <limits>
#include <regex>

#include "base/check.h"
#include "base/names.h"
#include "weights/zip_archive.h"

namespace gallop::evaluators::iqa {
namespace {

constexpr Eigen::Index kFeatures = 36;
constexpr const char* kFile = "niqe_pris_params.npz";

// A NumPy array of little-endian float64 (NEP 1): magic, version, length of the description, description, data.
Eigen::MatrixXd read_array(const weights::ZipArchive& archive, const std::string& name, Eigen::Index rows, const std::string& where) {
  GALLOP_CHECK(archive.contains(name + ".npy"), FormatError, "{}: no array \"{}\"; expected BasicSR's {}", where, name, kFile);
  const auto entry = archive.read(name + ".npy");
  const auto* bytes = reinterpret_cast<const unsigned char*>(entry.bytes.data());
  const auto size = entry.bytes.size();
  GALLOP_CHECK(size >= 10 && std::memcmp(bytes, "\x93NUMPY\x01", 7) == 0, FormatError, "{}: \"{}\" is no NumPy array of version 1", where,
               name);
  const std::size_t length = bytes[8] + 256U * bytes[9], begin = 10 + length;
  const auto values = static_cast<std::size_t>(rows * kFeatures);
  GALLOP_CHECK(begin <= size, FormatError, "{}: the description of \"{}\" ends behind the file", where, name);
  const std::string description(reinterpret_cast<const char*>(bytes) + 10, length);
  const std::regex expected(
      fmt::format(R"(\{{\s*'descr':\s*'<f8',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\({},\s*{}\),?\s*\}}\s*)", rows, kFeatures));
  std::smatch order;
  GALLOP_CHECK(std::regex_match(description, order, expected), ModelError,
               "{}: \"{}\" is described as {}, expected float64 of shape [{}, {}]", where, name, base::quote(description), rows, kFeatures);
  GALLOP_CHECK(size - begin == values * sizeof(double), FormatError, "{}: \"{}\" holds {} bytes of numbers, expected {}", where, name,
               size - begin, values * sizeof(double));
  const bool columns_first = order[1] == "True";
  Eigen::MatrixXd out(rows, kFeatures);
  for (std::size_t i = 0; i < values; ++i) {
    double value;
    std::memcpy(&value, bytes + begin + i * sizeof value, sizeof value);
    GALLOP_CHECK(std::isfinite(value), ModelError, "{}: number {} of \"{}\" is not finite", where, i, name);
    const auto at = static_cast<Eigen::Index>(i);
    if (columns_first)
      out(at % rows, at / rows) = value;
    else
      out(at / kFeatures, at % kFeatures) = value;
  }
  return out;
}

}  // namespace

NiqeModel NiqeModel::load(const std::filesystem::path& folder) {
  for (const auto& place : {folder / kFile, folder / "niqe" / kFile}) {
    if (!std::filesystem::is_regular_file(place)) continue;
    const auto where = base::quote(place);
    const weights::ZipArchive archive(base::MappedFile::open(place));
    return {read_array(archive, "mu_pris_param", 1, where).row(0).transpose(), read_array(archive, "cov_pris_param", kFeatures, where)};
  }
  throw NotFound(fmt::format(
      "niqe: {} holds neither {} nor niqe/{}; it lies in the repository XPixelGroup/BasicSR, basicsr/metrics (Apache-2.0); name its "
      "folder with --weights",
      folder.empty() ? "no weights folder was given and the current one" : base::quote(folder), kFile, kFile));
}

double NiqeModel::distance(const Eigen::MatrixXd& rows) const {
  Eigen::VectorXd difference(kFeatures);
  for (Eigen::Index i = 0; i < kFeatures; ++i) {
    double sum = 0.0;
    Eigen::Index count = 0;
    for (Eigen::Index r = 0; r < rows.rows(); ++r)
      if (!std::isnan(rows(r, i))) sum += rows(r, i), ++count;
    difference(i) = mean(i) - sum / static_cast<double>(count);
  }
  std::vector<Eigen::Index> whole;
  for (Eigen::Index r = 0; r < rows.rows(); ++r)
    if (!rows.row(r).hasNaN()) whole.push_back(r);
  if (whole.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  Eigen::MatrixXd centred(static_cast<Eigen::Index>(whole.size()), kFeatures);
  for (std::size_t r = 0; r < whole.size(); ++r) centred.row(static_cast<Eigen::Index>(r)) = rows.row(whole[r]);
  centred.rowwise() -= centred.colwise().mean().eval();
  const Eigen::MatrixXd own = centred.transpose() * centred / static_cast<double>(whole.size() - 1);
  // Pseudo-inverse of a symmetric matrix, directions below 1e-15 of the largest left out as the reference does.
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver((covariance + own) / 2.0);
  const double least = 1e-15 * solver.eigenvalues().cwiseAbs().maxCoeff();
  const Eigen::VectorXd along = solver.eigenvectors().transpose() * difference;
  double sum = 0.0;
  for (Eigen::Index i = 0; i < kFeatures; ++i)
    if (std::fabs(solver.eigenvalues()(i)) > least) sum += along(i) * along(i) / solver.eigenvalues()(i);
  return std::sqrt(std::max(sum, 0.0));
}

}  // namespace gallop::evaluators::iqa
