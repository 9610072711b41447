// What a database holds, by the sqlite3 tool and Python: readers that share nothing with the writer.
#pragma once

#include <gtest/gtest.h>
#include <stdio.h>

#include <nlohmann/json.hpp>
#include <string>

namespace glimpse::writers {

// What a command prints.
inline std::string output_of(const std::string& command) {
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "cannot run " + command;
  char block[4096];
  for (std::size_t size; (size = fread(block, 1, sizeof block, pipe)) > 0;) output.append(block, size);
  if (pclose(pipe) != 0) ADD_FAILURE() << command << "\n" << output;
  return output;
}

// The rows of a query, as objects by column.
inline nlohmann::ordered_json rows_of(const std::string& path, const std::string& sql) {
  const std::string text = output_of("sqlite3 -json '" + path + "' \"" + sql + "\" 2>&1");
  if (text.empty()) return nlohmann::ordered_json::array();
  auto rows = nlohmann::ordered_json::parse(text, nullptr, false);
  if (rows.is_discarded()) ADD_FAILURE() << sql << "\n" << text;
  return rows;
}

// The one value of a query with one row.
inline nlohmann::ordered_json value_of(const std::string& path, const std::string& sql) {
  const auto rows = rows_of(path, sql);
  if (rows.size() != 1) {
    ADD_FAILURE() << sql << ": " << rows.size() << " rows";
    return nullptr;
  }
  return rows[0].begin().value();
}

}  // namespace glimpse::writers
